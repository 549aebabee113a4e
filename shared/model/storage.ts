import { z } from 'zod'
import { Location } from './clouds.ts'
import { SnapshotSchedule, volumeShape } from './farm-role-storage.ts'
import { CloudId, ServerId, Timestamp } from './ids.ts'
import { MountState, VolumeRecord } from './volume-records.ts'
import { CloudSnapshot, CloudVolume } from './volumes.ts'

/** The place in a farm that a volume belongs to: farm → role #index. */
export const VolumeUsage = z.object({
  farmId: z.string(),
  farm: z.string(),
  farmRoleId: z.string(),
  alias: z.string(),
  index: z.number().int(),
  /** The volume's name in the farm role; `root` for a server's root disk. */
  name: z.string(),
  /** Attached by a person for good (“always attach”). */
  manual: z.boolean(),
  mountPoint: z.string().nullable(),
  mount: MountState,
})
export type VolumeUsage = z.infer<typeof VolumeUsage>

/** A volume of a cloud with what Farmhand knows of it. */
export const StorageVolume = CloudVolume.extend({
  cloudId: CloudId,
  location: Location,
  usage: VolumeUsage.nullable(),
  /** The server that its instance is, when it is one of ours. */
  serverId: ServerId.nullable(),
  schedule: SnapshotSchedule.extend({
    source: z.enum(['farm-role', 'volume']),
    lastAt: Timestamp.nullable(),
    problem: z.string().nullable(),
  }).nullable(),
})
export type StorageVolume = z.infer<typeof StorageVolume>

export const StorageSnapshot = CloudSnapshot.extend({
  cloudId: CloudId,
  location: Location,
  /** The account's own; others are shared by somebody else. */
  isOwn: z.boolean(),
  /** Made by a schedule. */
  isAutomatic: z.boolean(),
})
export type StorageSnapshot = z.infer<typeof StorageSnapshot>

/** One disk that Farmhand keeps for a place in a farm, as it was made; known without asking the cloud. */
export const FarmVolume = VolumeRecord.pick({
  ...{ farmRoleId: true, name: true, index: true, disk: true, volumeId: true, manual: true, raid: true },
  ...{ sizeGib: true, type: true, iops: true, throughputMibps: true, encrypted: true },
  ...{ fileSystem: true, mountPoint: true, serverId: true, mount: true },
})
export type FarmVolume = z.infer<typeof FarmVolume>

const place = { cloudId: CloudId, location: Location }
const ofVolume = { ...place, volumeId: z.string().min(1) }

export const StoragePlace = z.strictObject(place)
export type StoragePlace = z.infer<typeof StoragePlace>
export const VolumeRef = z.strictObject(ofVolume)
export type VolumeRef = z.infer<typeof VolumeRef>

export const CreateVolume = z.strictObject({
  ...place,
  zone: z.string().min(1, 'Choose a zone.'),
  name: z.string().trim().max(100, 'A name has at most 100 characters.').default(''),
  snapshotId: z.string().min(1).nullable().default(null),
  ...volumeShape,
})
export type CreateVolume = z.infer<typeof CreateVolume>

export const MountPoint = z
  .string()
  .regex(
    /^\/(?:[A-Za-z0-9._-]+\/)*[A-Za-z0-9._-]+$/,
    'Give an absolute path of letters, digits, dots, dashes and underscores, such as /mnt/storage.',
  )
  .refine((path) => !path.split('/').includes('..'), 'A mount point has no “..” in it.')

export const AttachVolume = z.strictObject({
  ...ofVolume,
  serverId: ServerId,
  /** Whatever server has this one's index gets the volume from now on. */
  always: z.boolean().default(false),
  /** With `always`: where it is mounted (formatted when it is blank); null: attached only. */
  mountPoint: MountPoint.nullable().default(null),
})
export type AttachVolume = z.infer<typeof AttachVolume>

/** How one of several deletions ended; the message has the cloud's words when it failed. */
export const DeleteOutcome = z.object({ id: z.string(), ok: z.boolean(), message: z.string() })
export type DeleteOutcome = z.infer<typeof DeleteOutcome>
