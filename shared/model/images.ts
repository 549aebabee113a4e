import { z } from 'zod'
import { Architecture, Location } from './clouds.ts'
import { Deprecation, DeprecationDocument } from './deprecation.ts'
import { RootDisk } from './farm-role-storage.ts'
import { CloudId, ImageId, Name, Timestamp } from './ids.ts'

export const OsFamily = z.enum([
  'ubuntu',
  'debian',
  'amazon',
  'centos',
  'redhat',
  'oel',
  'rocky',
  'alma',
  'suse',
  'fedora',
  'sandbox',
  'windows',
  'unknown',
])
export type OsFamily = z.infer<typeof OsFamily>

/** An operating system: family and version, such as ubuntu 24.04. */
export const Os = z.strictObject({ family: OsFamily, version: z.string().max(40).default('') })
export type Os = z.infer<typeof Os>

const Port = z.number().int().min(1).max(65535)
const SshUser = z
  .string()
  .regex(/^[a-z_][a-z0-9_.-]{0,31}\$?$/i, 'A user name of the image’s operating system.')

/** How the image is found in its cloud: by its id, or the newest one of an owner whose name matches a pattern. */
export const ImageSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('id'), cloudImageId: z.string().min(1) }),
  z.strictObject({ kind: z.literal('newest'), owner: z.string().min(1), namePattern: z.string().min(1) }),
])
export type ImageSource = z.infer<typeof ImageSource>

/** A registered cloud image in one location of one cloud. */
export const Image = z.strictObject({
  id: ImageId,
  name: Name,
  cloudId: CloudId,
  location: Location,
  source: ImageSource,
  os: Os,
  architecture: Architecture,
  rootDeviceName: z.string().nullable().default(null),
  /** The root disk of servers that are launched from it; what a farm role says goes before. */
  rootDisk: RootDisk.prefault({}),
  ssh: z.strictObject({ user: SshUser, port: Port }),
  agentInstalled: z.boolean().default(false),
  cloudInitInstalled: z.boolean().default(true),
  description: z.string().max(1000).default(''),
  /** Null: it may be chosen. */
  deprecated: Deprecation.nullable().default(null),
  createdAt: Timestamp,
  updatedAt: Timestamp,
})
export type Image = z.infer<typeof Image>

/** What a person gives to register or change an image. */
export const ImageInput = Image.omit({ id: true, deprecated: true, createdAt: true, updatedAt: true })
export type ImageInput = z.input<typeof ImageInput>

/** `farmhand image import|export`: cloud and replacement by name. */
export const ImageDocument = z.strictObject({
  schema: z.literal('farmhand.image/v1'),
  ...ImageInput.omit({ cloudId: true }).shape,
  cloud: z.string().min(1),
  deprecated: DeprecationDocument.nullable().default(null),
})
export type ImageDocument = z.infer<typeof ImageDocument>
