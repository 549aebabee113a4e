import { z } from 'zod'

/** EBS volume types (EC2 User Guide, "Amazon EBS volume types"). */
export const VolumeType = z.enum(['gp3', 'gp2', 'io2', 'io1', 'st1', 'sc1', 'standard'])
export type VolumeType = z.infer<typeof VolumeType>

/** How a volume is made. Sizes in GiB, throughput in MiB a second; null: the type's own. */
export const volumeShape = {
  sizeGib: z.number().int().min(1).max(65_536).default(10),
  type: VolumeType.default('gp3'),
  iops: z.number().int().min(100).max(256_000).nullable().default(null),
  throughputMibps: z.number().int().min(125).max(2_000).nullable().default(null),
  encrypted: z.boolean().default(false),
  /** The KMS key of an encrypted volume; null: the account's own. */
  kmsKeyId: z.string().min(1).nullable().default(null),
}

export const FileSystem = z.enum(['ext4', 'xfs', 'ext3'])
export type FileSystem = z.infer<typeof FileSystem>

/** Several disks as one (reference 8.1): RAID 0, 1, 5 or 10, through mdadm or LVM. */
export const Raid = z.strictObject({
  level: z.union([z.literal(0), z.literal(1), z.literal(5), z.literal(10)]).default(10),
  disks: z.number().int().min(2).max(8).default(4),
  via: z.enum(['mdadm', 'lvm']).default('mdadm'),
})
export type Raid = z.infer<typeof Raid>

/** Snapshots made by the clock: every so many hours, the newest `keep` stay (0: all). */
export const SnapshotSchedule = z.strictObject({
  everyHours: z.number().int().min(1).max(8_760).default(24),
  keep: z.number().int().min(0).max(1_000).default(10),
})
export type SnapshotSchedule = z.infer<typeof SnapshotSchedule>

/** A volume that each server of a farm role has, kept by server index. With `raid`, the shape is that of one disk. */
export const FarmRoleVolume = z.strictObject({
  /** Unique in the farm role; a volume keeps its name when its size or mount point changes. */
  name: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, 'Use small letters, digits and dashes (at most 32).'),
  ...volumeShape,
  raid: Raid.nullable().default(null),
  /** Made from this snapshot; null: blank. */
  snapshotId: z.string().min(1).nullable().default(null),
  /** Only blank volumes are formatted. */
  fileSystem: FileSystem.default('ext4'),
  /** Null: attached only. */
  mountPoint: z
    .string()
    .regex(
      /^\/(?:[A-Za-z0-9._-]+\/)*[A-Za-z0-9._-]+$/,
      'Give an absolute path of letters, digits, dots, dashes and underscores, such as /mnt/data.',
    )
    .refine((path) => !path.split('/').includes('..'), 'A mount point has no “..” in it.')
    .nullable()
    .default(null),
  /** The next server of the same index gets the same volume; off: it goes with its server. */
  reuse: z.boolean().default(true),
  /** When the volume is gone: make a new one; off: the server counts as failed. */
  recreateMissing: z.boolean().default(false),
  snapshots: SnapshotSchedule.nullable().default(null),
})
export type FarmRoleVolume = z.infer<typeof FarmRoleVolume>

/** Another root disk than the image has in its cloud; nulls: as there. */
export const RootDisk = z.strictObject({
  sizeGib: z.number().int().min(1).max(65_536).nullable().default(null),
  type: VolumeType.nullable().default(null),
  iops: z.number().int().min(100).max(256_000).nullable().default(null),
})
export type RootDisk = z.infer<typeof RootDisk>

/** The disks of a farm role's servers. The root disk's nulls: as the image says. */
export const FarmRoleStorage = z.strictObject({
  root: RootDisk.prefault({}),
  volumes: z.array(FarmRoleVolume).max(20, 'A server has at most 20 volumes here.').default([]),
})
export type FarmRoleStorage = z.infer<typeof FarmRoleStorage>
