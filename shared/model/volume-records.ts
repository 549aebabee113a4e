import { z } from 'zod'
import { Location } from './clouds.ts'
import { FileSystem, Raid, SnapshotSchedule, volumeShape } from './farm-role-storage.ts'
import { CloudId, FarmId, FarmRoleId, Timestamp } from './ids.ts'

/** What a volume still has to be made of, written down before the cloud is asked. */
const VolumeIntent = z.discriminatedUnion('kind', [
  /** CreateVolume with this token, in this zone. */
  z.object({
    kind: z.literal('create'),
    token: z.string(),
    zone: z.string(),
    snapshotId: z.string().nullable(),
  }),
  /** To another zone: a snapshot of the volume, and a new volume of that in its place. The token is the snapshot's tag. */
  z.object({
    kind: z.literal('move'),
    token: z.string(),
    zone: z.string(),
    snapshotId: z.string().nullable(),
  }),
  /** The volume is to go. */
  z.object({ kind: z.literal('delete') }),
])
type VolumeIntent = z.infer<typeof VolumeIntent>

export const MountState = z.enum(['not-mounted', 'awaiting-attachment', 'mounting', 'mounted'])
export type MountState = z.infer<typeof MountState>

/**
 * One volume that belongs to a place in a farm: farm role, name, server index and (of an array) disk. It outlives servers:
 * whichever has the index gets the volume.
 */
export const VolumeRecord = z.object({
  id: z.string(),
  farmId: FarmId,
  farmRoleId: FarmRoleId,
  name: z.string(),
  index: z.number().int(),
  /** Position in an array, from 0. */
  disk: z.number().int(),
  cloudId: CloudId,
  location: Location,
  ...volumeShape,
  raid: Raid.nullable(),
  fileSystem: FileSystem,
  mountPoint: z.string().nullable(),
  reuse: z.boolean(),
  /** Attached by a person: neither made nor deleted with the farm. */
  manual: z.boolean(),
  /** The cloud's id; null while the cloud has not said it. */
  volumeId: z.string().nullable(),
  /** When it was made, while the cloud did not list it yet. */
  unseenSince: Timestamp.nullable(),
  /** What the volume was moved from, to be deleted now. */
  leftovers: z.array(z.object({ kind: z.enum(['volume', 'snapshot']), id: z.string() })),
  intent: VolumeIntent.nullable(),
  /** The server that has it, by Farmhand's own id, and its name for the device. */
  serverId: z.string().nullable(),
  device: z.string().nullable(),
  mount: MountState,
})
export type VolumeRecord = z.infer<typeof VolumeRecord>

/** Snapshots of one volume by the clock, and how far they are. */
export const ScheduleRecord = z.object({
  /** Cloud, location and volume. */
  id: z.string(),
  cloudId: CloudId,
  location: Location,
  volumeId: z.string(),
  ...SnapshotSchedule.shape,
  /** Set by the farm role's design, or by a person on the volume. */
  source: z.enum(['farm-role', 'volume']),
  lastAt: Timestamp.nullable(),
  lastSnapshotId: z.string().nullable(),
  /** The tag of a snapshot that is asked for right now. */
  asking: z.string().nullable(),
  /** Why the last one failed, or null. */
  problem: z.string().nullable(),
})
export type ScheduleRecord = z.infer<typeof ScheduleRecord>
