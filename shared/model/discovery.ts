import { z } from 'zod'
import { Architecture, Location } from './clouds.ts'
import { Fault } from './errors.ts'
import { Alias, Tags } from './farm-roles.ts'
import { CloudId, FarmId, FarmRoleId, Name, Timestamp } from './ids.ts'
import { ImageInput, Os } from './images.ts'
import { InstanceState } from './servers.ts'

/** An instance of the cloud that no server of ours stands for. */
export const DiscoveredInstance = z.object({
  cloudId: CloudId,
  location: Location,
  /** The cloud's id of it. */
  id: z.string(),
  /** Its Name tag, or its id. */
  name: z.string(),
  state: InstanceState,
  zone: z.string().nullable(),
  instanceType: z.string(),
  architecture: Architecture,
  platform: z.string(),
  imageId: z.string(),
  /** The image's name in the cloud; null when the cloud no longer lists it. */
  imageName: z.string().nullable(),
  /** What it most likely runs, by its image's name. */
  os: Os,
  sshUser: z.string(),
  keyName: z.string().nullable(),
  publicIp: z.string().nullable(),
  privateIp: z.string().nullable(),
  hostname: z.string().nullable(),
  vpcId: z.string().nullable(),
  subnetId: z.string().nullable(),
  securityGroups: z.array(z.object({ id: z.string(), name: z.string() })),
  tags: z.record(z.string(), z.string()),
  launchedAt: Timestamp.nullable(),
  /** The port that its tag names, else 22. */
  sshPort: z.number().int(),
  /** True, or the sentence that says why it cannot be imported now. */
  importable: z.union([z.literal(true), z.string()]),
  /** It carries this workspace's tags, but no record explains it. */
  isOrphan: z.boolean(),
})
export type DiscoveredInstance = z.infer<typeof DiscoveredInstance>

const PrivateKeyText = z.string().min(1, 'Paste the private key.').max(20_000)

/** What a person gives to take instances over. */
export const ImportInput = z.strictObject({
  cloudId: CloudId,
  location: Location,
  instanceIds: z.array(z.string().min(1)).min(1, 'Choose at least one instance.').max(100),
  farm: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('existing'), farmId: FarmId }),
    z.strictObject({ kind: z.literal('new'), name: Name }),
  ]),
  farmRole: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('existing'), farmRoleId: FarmRoleId }),
    /** Made from the system role of this operating system: it cannot launch servers. */
    z.strictObject({ kind: z.literal('new'), alias: Alias, os: Os }),
  ]),
  ssh: ImageInput.shape.ssh,
  /** The key that logs in; null: nothing is known, and terminals stay closed until one is given. */
  privateKey: PrivateKeyText.nullable().default(null),
  tags: z
    .strictObject({ set: Tags.default({}), remove: z.array(z.string().min(1)).default([]) })
    .default({ set: {}, remove: [] }),
})
export type ImportInput = z.output<typeof ImportInput>

/** What an import would do, before it is done. */
export const ImportPlan = z.object({
  farm: z.string(),
  alias: z.string(),
  faults: z.array(Fault),
  warnings: z.array(z.string()),
  servers: z.array(
    z.object({
      instanceId: z.string(),
      name: z.string(),
      index: z.number().int(),
      tags: z.array(z.object({ key: z.string(), from: z.string().nullable(), to: z.string().nullable() })),
    }),
  ),
})
export type ImportPlan = z.infer<typeof ImportPlan>

/** What became of each instance of an import. */
export const ImportResult = z.object({
  instanceId: z.string(),
  name: z.string(),
  serverId: z.string(),
  state: z.enum(['waiting', 'done', 'failed']),
  error: z.string().nullable(),
})
export type ImportResult = z.infer<typeof ImportResult>

/** The key that logs in to an imported server, given later or changed. */
export const SetServerKey = z.strictObject({
  serverId: z.string().min(1),
  privateKey: PrivateKeyText,
  user: ImageInput.shape.ssh.shape.user,
  port: ImageInput.shape.ssh.shape.port,
})
