import { z } from 'zod'

const Tags = z.record(z.string(), z.string())

export const InstanceStateName = z.enum([
  'pending',
  'running',
  'stopping',
  'stopped',
  'shutting-down',
  'terminated',
])
export type InstanceStateName = z.infer<typeof InstanceStateName>

/** Who the Sandbox knows: one account with one access key. */
export const AccountRecord = z.object({
  id: z.literal('account'),
  accountId: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
})
export type AccountRecord = z.infer<typeof AccountRecord>

/** An instance as it is kept. Times are milliseconds since the epoch. */
export const InstanceRecord = z.object({
  id: z.string(),
  region: z.string(),
  reservationId: z.string(),
  launchIndex: z.number().int(),
  clientToken: z.string().nullable(),
  imageId: z.string(),
  instanceType: z.string(),
  zone: z.string(),
  subnetId: z.string(),
  keyName: z.string().nullable(),
  /** The line of `authorized_keys` that was injected at launch. */
  publicKey: z.string().nullable(),
  groupIds: z.array(z.string()),
  /** Base64, as it was given. */
  userData: z.string(),
  userDataRan: z.boolean(),
  tags: Tags,
  /** The place in the order in which instances were made; lists are sorted by it. */
  number: z.number().int(),
  createdAt: z.number(),
  launchedAt: z.number(),
  visibleAt: z.number(),
  state: InstanceStateName,
  since: z.number(),
  /** What it becomes by itself, and when. */
  next: z.object({ state: InstanceStateName, at: z.number() }).nullable(),
  bootMs: z.number(),
  address: z.string(),
  sshPort: z.number().int().nullable(),
  shutdownBehavior: z.enum(['stop', 'terminate']),
  terminationProtected: z.boolean(),
  reason: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** Whether it has a public address of its own. */
  hasPublicAddress: z.boolean().default(true),
  /** The private address that it was launched with, when it is not `address`. */
  privateAddress: z.string().nullable().default(null),
  /** The Elastic IP that leads to it, or null. */
  elasticAddress: z.string().nullable().default(null),
  /** Name of its IAM instance profile, or null. */
  profile: z.string().nullable().default(null),
  /** The most that it may cost an hour as a spot instance (null: the on-demand price), or null for an on-demand one. */
  spot: z.object({ requestId: z.string(), maxPrice: z.number().nullable() }).nullable().default(null),
  tenancy: z.enum(['default', 'dedicated']).default('default'),
  placementGroup: z.string().nullable().default(null),
  ebsOptimized: z.boolean().default(false),
  isMonitored: z.boolean().default(false),
  cpuCredits: z.enum(['standard', 'unlimited']).nullable().default(null),
  cpu: z.object({ cores: z.number(), threadsPerCore: z.number() }).nullable().default(null),
})
export type InstanceRecord = z.infer<typeof InstanceRecord>

/** What a client token was used for. */
export const LaunchRecord = z.object({
  /** Region and token. */
  id: z.string(),
  requestHash: z.string(),
  reservationId: z.string(),
  instanceIds: z.array(z.string()),
})
export type LaunchRecord = z.infer<typeof LaunchRecord>

export const KeyPairRecord = z.object({
  id: z.string(),
  region: z.string(),
  name: z.string(),
  keyType: z.enum(['rsa', 'ed25519']),
  publicKey: z.string(),
  fingerprint: z.string(),
  tags: Tags,
  createdAt: z.number(),
})
export type KeyPairRecord = z.infer<typeof KeyPairRecord>

/** One rule of a security group: one protocol, one range of ports, one source. */
export const RuleRecord = z.object({
  id: z.string(),
  egress: z.boolean(),
  protocol: z.string(),
  fromPort: z.number().int().nullable(),
  toPort: z.number().int().nullable(),
  source: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('ipv4'), cidr: z.string() }),
    z.object({ kind: z.literal('ipv6'), cidr: z.string() }),
    z.object({ kind: z.literal('group'), groupId: z.string() }),
  ]),
  description: z.string().nullable(),
})
export type RuleRecord = z.infer<typeof RuleRecord>

export const GroupRecord = z.object({
  id: z.string(),
  region: z.string(),
  name: z.string(),
  description: z.string(),
  vpcId: z.string(),
  rules: z.array(RuleRecord),
  tags: Tags,
})
export type GroupRecord = z.infer<typeof GroupRecord>

/** A disk that is made for each instance that is launched from an image. */
export const ImageDisk = z.object({
  device: z.string(),
  snapshotId: z.string().nullable(),
  sizeGib: z.number().int(),
  type: z.string(),
  iops: z.number().int().nullable(),
  throughput: z.number().int().nullable(),
  encrypted: z.boolean(),
  deleteOnTermination: z.boolean(),
})
export type ImageDisk = z.infer<typeof ImageDisk>

/** An image that the account made, of an instance or of an image of another region. */
export const ImageRecord = z.object({
  id: z.string(),
  region: z.string(),
  name: z.string(),
  description: z.string(),
  architecture: z.enum(['x86_64', 'arm64']),
  createdAt: z.number(),
  state: z.enum(['pending', 'available', 'failed']),
  stateReason: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** What it becomes by itself, and when. */
  next: z.object({ state: z.enum(['available', 'failed']), at: z.number() }).nullable(),
  sourceInstanceId: z.string().nullable(),
  sourceImageId: z.string().nullable(),
  snapshotIds: z.array(z.string()),
  /** Empty: the root disk that every image had before disks were kept. */
  disks: z.array(ImageDisk).default([]),
  /** The client token of the call that copied it, or null. */
  token: z.string().nullable(),
  tags: Tags,
})
export type ImageRecord = z.infer<typeof ImageRecord>

/** A volume as it is kept: what settles by itself (`next`) is written down when somebody looks. */
export const VolumeRecord = z.object({
  id: z.string(),
  region: z.string(),
  zone: z.string(),
  sizeGib: z.number().int(),
  type: z.string(),
  iops: z.number().int().nullable(),
  throughput: z.number().int().nullable(),
  encrypted: z.boolean(),
  kmsKeyId: z.string().nullable(),
  snapshotId: z.string().nullable(),
  clientToken: z.string().nullable(),
  requestHash: z.string(),
  tags: Tags,
  /** The place in the order in which volumes were made. */
  number: z.number().int(),
  createdAt: z.number(),
  /** When it can be used. */
  readyAt: z.number(),
  attachment: z
    .object({
      instanceId: z.string(),
      device: z.string(),
      attachedAt: z.number(),
      deleteOnTermination: z.boolean(),
      /** When it is attached; null: never, it is stuck. */
      doneAt: z.number().nullable(),
      /** When it is detached, once that was asked for. */
      detachedAt: z.number().nullable(),
    })
    .nullable(),
})
export type VolumeRecord = z.infer<typeof VolumeRecord>

export const SnapshotRecord = z.object({
  id: z.string(),
  region: z.string(),
  volumeId: z.string(),
  sizeGib: z.number().int(),
  encrypted: z.boolean(),
  description: z.string(),
  tags: Tags,
  number: z.number().int(),
  startedAt: z.number(),
  completesAt: z.number(),
})
export type SnapshotRecord = z.infer<typeof SnapshotRecord>

/** An Elastic IP of the account. */
export const AddressRecord = z.object({
  /** Its allocation id. */
  id: z.string(),
  region: z.string(),
  address: z.string(),
  association: z.object({ id: z.string(), instanceId: z.string() }).nullable(),
  tags: Tags,
})
export type AddressRecord = z.infer<typeof AddressRecord>

export const PlacementGroupRecord = z.object({
  id: z.string(),
  region: z.string(),
  name: z.string(),
  strategy: z.enum(['cluster', 'spread', 'partition']),
  tags: Tags,
})
export type PlacementGroupRecord = z.infer<typeof PlacementGroupRecord>

/** One change of the state; a line of the journal is a list of them. */
export const Change = z.union([
  z.object({ kind: z.literal('account'), put: AccountRecord }),
  z.object({ kind: z.literal('instance'), put: InstanceRecord }),
  z.object({ kind: z.literal('launch'), put: LaunchRecord }),
  z.object({ kind: z.literal('keyPair'), put: KeyPairRecord }),
  z.object({ kind: z.literal('group'), put: GroupRecord }),
  z.object({ kind: z.literal('image'), put: ImageRecord }),
  z.object({ kind: z.literal('volume'), put: VolumeRecord }),
  z.object({ kind: z.literal('snapshot'), put: SnapshotRecord }),
  z.object({ kind: z.literal('address'), put: AddressRecord }),
  z.object({ kind: z.literal('placementGroup'), put: PlacementGroupRecord }),
  z.object({
    kind: z.enum([
      'instance',
      'launch',
      'keyPair',
      'group',
      'image',
      'volume',
      'snapshot',
      'address',
      'placementGroup',
    ]),
    drop: z.string(),
  }),
])
export type Change = z.infer<typeof Change>
