import { z } from 'zod'
import { VolumeType } from './farm-role-storage.ts'

/** States of a volume as EC2 names them. */
export const VolumeState = z.enum(['creating', 'available', 'in-use', 'deleting', 'deleted', 'error'])
export type VolumeState = z.infer<typeof VolumeState>

export const AttachmentState = z.enum(['attaching', 'attached', 'detaching', 'detached', 'busy'])
export type AttachmentState = z.infer<typeof AttachmentState>

/** Where a volume is attached. */
export const VolumeAttachment = z.object({
  instanceId: z.string(),
  /** As the cloud calls it: `/dev/sdf`. */
  device: z.string(),
  state: AttachmentState,
  deleteOnTermination: z.boolean(),
})
export type VolumeAttachment = z.infer<typeof VolumeAttachment>

/** A volume as the cloud describes it. Sizes in GiB, throughput in MiB a second. */
export const CloudVolume = z.object({
  id: z.string(),
  state: VolumeState,
  zone: z.string(),
  sizeGib: z.number(),
  /** A type that we do not know stays as the cloud names it. */
  type: z.string(),
  iops: z.number().nullable(),
  throughputMibps: z.number().nullable(),
  encrypted: z.boolean(),
  kmsKeyId: z.string().nullable(),
  /** What it was made from; null: blank. */
  snapshotId: z.string().nullable(),
  createdAt: z.string().nullable(),
  attachment: VolumeAttachment.nullable(),
  tags: z.record(z.string(), z.string()),
})
export type CloudVolume = z.infer<typeof CloudVolume>

export const SnapshotState = z.enum(['pending', 'completed', 'error', 'recoverable', 'recovering'])
export type SnapshotState = z.infer<typeof SnapshotState>

/** A snapshot as the cloud describes it. */
export const CloudSnapshot = z.object({
  id: z.string(),
  state: SnapshotState,
  /** The cloud's own words for an error, or null. */
  stateReason: z.string().nullable(),
  progressPercent: z.number().nullable(),
  volumeId: z.string().nullable(),
  sizeGib: z.number(),
  encrypted: z.boolean(),
  description: z.string(),
  ownerId: z.string(),
  startedAt: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
})
export type CloudSnapshot = z.infer<typeof CloudSnapshot>

/** What may be changed on a volume that exists; what is left out stays. */
export const VolumeChange = z.strictObject({
  sizeGib: z.number().int().min(1).max(65_536).optional(),
  type: VolumeType.optional(),
  iops: z.number().int().min(100).max(256_000).optional(),
  throughputMibps: z.number().int().min(125).max(2_000).optional(),
})
export type VolumeChange = z.infer<typeof VolumeChange>
