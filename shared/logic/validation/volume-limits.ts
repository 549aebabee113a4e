import type { Raid, VolumeType } from '../../model/farm-role-storage.ts'

/** What EBS takes of one volume type (EC2 User Guide, “Amazon EBS volume types”). */
export interface VolumeLimits {
  sizeGib: readonly [min: number, max: number]
  /** Null: the type takes no IOPS. */
  iops: { range: readonly [min: number, max: number]; perGib: number; required: boolean } | null
  /** Null: the type takes no throughput. */
  throughputMibps: { range: readonly [min: number, max: number]; perIops: number } | null
  /** Whether a server can boot from it. */
  boots: boolean
}

const plain = { iops: null, throughputMibps: null }

export const VOLUME_LIMITS: Readonly<Record<VolumeType, VolumeLimits>> = {
  gp3: {
    sizeGib: [1, 65_536],
    iops: { range: [3_000, 80_000], perGib: 500, required: false },
    throughputMibps: { range: [125, 2_000], perIops: 0.25 },
    boots: true,
  },
  gp2: { ...plain, sizeGib: [1, 16_384], boots: true },
  io2: {
    ...plain,
    sizeGib: [4, 65_536],
    iops: { range: [100, 256_000], perGib: 1_000, required: true },
    boots: true,
  },
  io1: {
    ...plain,
    sizeGib: [4, 16_384],
    iops: { range: [100, 64_000], perGib: 50, required: true },
    boots: true,
  },
  st1: { ...plain, sizeGib: [125, 16_384], boots: false },
  sc1: { ...plain, sizeGib: [125, 16_384], boots: false },
  standard: { ...plain, sizeGib: [1, 1_024], boots: true },
}

/** What a gp3 volume does by itself. */
export const GP3_BASE_IOPS = 3_000

/** How many disks each RAID level takes (reference 8.1). */
export const RAID_DISKS: Readonly<Record<Raid['level'], readonly number[]>> = {
  0: [2, 3, 4, 5, 6, 7, 8],
  1: [2],
  5: [3, 4, 5, 6, 7, 8],
  10: [4, 6, 8],
}

/** GiB that a RAID of equal disks holds. */
export function raidSizeGib(raid: { level: Raid['level']; disks: number }, diskGib: number): number {
  switch (raid.level) {
    case 0:
      return raid.disks * diskGib
    case 1:
      return diskGib
    case 5:
      return (raid.disks - 1) * diskGib
    case 10:
      return (raid.disks / 2) * diskGib
  }
}

/** Disks besides the root disk that an instance takes: EC2 attaches 28 things, the root disk and a network card among them. */
export const MAX_DATA_DISKS = 26
