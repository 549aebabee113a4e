import { z } from 'zod'
import { CloudId, FarmId, FarmRoleId, ImageId, JobId, Name, RoleId, ServerId, Timestamp } from './ids.ts'
import { Location } from './clouds.ts'
import { ErrorInfo } from './errors.ts'
import { RootDisk } from './farm-role-storage.ts'
import { ImageInput, Os } from './images.ts'
import { LogLine } from './jobs.ts'
import { RoleCategory } from './roles.ts'

/** What happens to the servers and farms that use what is replaced (reference 1.6). */
export const Replacement = z.enum(['none', 'this-farm', 'all-farms'])
export type Replacement = z.infer<typeof Replacement>

/** A role's name as made from a snapshot (reference 1.2): at least 3 characters, letters, digits and dashes. */
const SnapshotRoleName = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9-]{3,100}$/, 'A name of 3 to 100 letters, digits and dashes.')

/** Which disks an image gets, and the root disk of servers that are launched from it. */
const disks = {
  /** The image holds the attached volumes too; off: the root disk only. */
  attachedVolumes: z.boolean().default(false),
  rootDisk: RootDisk.prefault({}),
}

/** What a person gives to make an image, or an image and a role, of a server. */
export const SnapshotInput = z.strictObject({
  serverId: ServerId,
  what: z.enum(['image', 'role']).default('role'),
  /** The new role's name, or the image's when only an image is made. */
  name: SnapshotRoleName,
  description: z.string().max(1000).default(''),
  /** The cloud restarts the server, so that its files are whole; without, a file being written may be cut off. */
  reboot: z.boolean().default(true),
  ...disks,
  replacement: Replacement.default('none'),
  /** Off: only servers launched later use the new image. */
  replaceRunning: z.boolean().default(true),
})
export type SnapshotInput = z.output<typeof SnapshotInput>

/** The same of an instance that is not ours: what it is has to be said. */
export const InstanceSnapshotInput = z.strictObject({
  cloudId: CloudId,
  location: Location,
  instanceId: z.string().min(1),
  what: z.enum(['image', 'role']).default('image'),
  name: SnapshotRoleName,
  description: z.string().max(1000).default(''),
  reboot: z.boolean().default(true),
  ...disks,
  os: Os,
  ssh: ImageInput.shape.ssh,
})
export type InstanceSnapshotInput = z.output<typeof InstanceSnapshotInput>

const task = {
  id: JobId,
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  /** What is happening now, in a few words; kept so that a restart goes on there. */
  step: z.string(),
  done: z.number().int(),
  total: z.number().int(),
  error: ErrorInfo.nullable(),
  /** A person wants it ended; it ends after what it is in the middle of. */
  cancelAsked: z.boolean(),
  log: z.array(LogLine),
  createdAt: Timestamp,
  endedAt: Timestamp.nullable(),
}

/** An image, or an image and a role, made of a server or of an instance that is not ours. */
export const SnapshotTask = z.object({
  ...task,
  kind: z.literal('snapshot'),
  phase: z.enum(['asking', 'imaging', 'registering', 'replacing']),
  /** Null for an instance that is not ours. */
  serverId: ServerId.nullable(),
  farmId: FarmId.nullable(),
  farmRoleId: FarmRoleId.nullable(),
  sourceRoleId: RoleId.nullable(),
  cloudId: CloudId,
  location: Location,
  instanceId: z.string(),
  what: z.enum(['image', 'role']),
  name: z.string(),
  description: z.string(),
  reboot: z.boolean(),
  ...disks,
  replacement: Replacement,
  replaceRunning: z.boolean(),
  /** What the new image is, as far as the cloud does not say. */
  os: Os,
  ssh: z.object({ user: z.string(), port: z.number().int() }),
  category: RoleCategory,
  /** Tagged on the image, so that it is found again when the answer was lost. */
  token: z.string(),
  cloudImageId: z.string().nullable(),
  /** Chosen before anything is made, so that a restart makes nothing twice. */
  newImageId: ImageId,
  newRoleId: RoleId,
})
export type SnapshotTask = z.infer<typeof SnapshotTask>

/** Copies of an image in other locations of its cloud. */
export const ImageCopyTask = z.object({
  ...task,
  kind: z.literal('image-copy'),
  imageId: ImageId,
  cloudId: CloudId,
  from: Location,
  sourceCloudImageId: z.string(),
  /** Roles that get the copies as their image of the new location. */
  roleIds: z.array(RoleId),
  copies: z.array(
    z.object({
      location: Location,
      token: z.string(),
      name: Name,
      cloudImageId: z.string().nullable(),
      newImageId: ImageId,
      state: z.enum(['waiting', 'copying', 'done', 'failed']),
      error: z.string().nullable(),
    }),
  ),
})
export type ImageCopyTask = z.infer<typeof ImageCopyTask>

/** An image and its snapshots taken out of the cloud. */
export const DeregisterTask = z.object({
  ...task,
  kind: z.literal('image-deregister'),
  phase: z.enum(['deregistering', 'deleting-snapshots', 'forgetting']),
  imageId: ImageId,
  cloudId: CloudId,
  location: Location,
  cloudImageId: z.string(),
  snapshotIds: z.array(z.string()),
})
export type DeregisterTask = z.infer<typeof DeregisterTask>

/** Servers replaced one by one, each by a new one of its farm role. */
export const RolloutTask = z.object({
  ...task,
  kind: z.literal('rollout'),
  /** What began it: the job of a snapshot, or null for a person. */
  causedBy: JobId.nullable(),
  items: z.array(
    z.object({
      serverId: ServerId,
      farmId: FarmId,
      farmRoleId: FarmRoleId,
      /** `web #2 of shop`. */
      name: z.string(),
      /** `ahead`: the new server runs before the old one ends. `in-place`: it takes the old one's index, addresses and volumes. */
      mode: z.enum(['ahead', 'in-place']),
      state: z.enum(['waiting', 'launching', 'ending', 'done', 'skipped', 'failed']),
      replacementId: ServerId.nullable(),
    }),
  ),
})
export type RolloutTask = z.infer<typeof RolloutTask>

/** Instances of the cloud taken over into a farm role. */
export const ImportTask = z.object({
  ...task,
  kind: z.literal('import'),
  cloudId: CloudId,
  location: Location,
  farmId: FarmId,
  farmRoleId: FarmRoleId,
  ssh: z.object({ user: z.string(), port: z.number().int() }),
  access: z.enum(['own-key', 'none']),
  setTags: z.record(z.string(), z.string()),
  removeTags: z.array(z.string()),
  items: z.array(
    z.object({
      instanceId: z.string(),
      name: z.string(),
      /** Chosen before the instance is tagged, so that a restart takes it over as the same server. */
      serverId: ServerId,
      state: z.enum(['waiting', 'done', 'failed']),
      error: ErrorInfo.nullable(),
    }),
  ),
})
export type ImportTask = z.infer<typeof ImportTask>

/** A long piece of work in steps, kept in the ledger: it goes on after a restart, or ends truthfully. */
export const Task = z.discriminatedUnion('kind', [
  SnapshotTask,
  ImageCopyTask,
  DeregisterTask,
  RolloutTask,
  ImportTask,
])
export type Task = z.infer<typeof Task>
