import type { FarmRoleVolume, RootDisk, VolumeType } from '../../model/farm-role-storage.ts'
import { type CheckedRole, type Path, type Tell, tellRepeated } from './checked-role.ts'
import { GP3_BASE_IOPS, MAX_DATA_DISKS, RAID_DISKS, VOLUME_LIMITS } from './volume-limits.ts'

/** Directories that a volume would hide the system with. */
const SYSTEM_PATHS = /^\/(?:bin|boot|dev|etc|lib|lib64|proc|run|sbin|sys|usr)(?:\/|$)/

/** Disks can be made as they are described, and servers can tell them apart. */
export function checkStorage({ values }: CheckedRole, tell: Tell): void {
  const { root, volumes } = values.storage
  checkRootDisk(root, (path, message) => tell(['storage', 'root', ...path], message))
  for (const [at, volume] of volumes.entries()) {
    const inVolume: Tell = (path, message) => tell(['storage', 'volumes', at, ...path], message)
    checkVolumeShape(volume, inVolume)
    checkUse(volume, inVolume)
  }
  const path = (at: number, field: string): Path => ['storage', 'volumes', at, field]
  tellRepeated(
    volumes.flatMap(({ name }, at) => (name === '' ? [] : [[path(at, 'name'), name] as const])),
    tell,
    (name) => `Another volume is called “${name}” already; give each its own name.`,
  )
  tellRepeated(
    volumes.flatMap(({ mountPoint }, at) =>
      mountPoint === null ? [] : [[path(at, 'mountPoint'), mountPoint] as const],
    ),
    tell,
    (mountPoint) => `Another volume is mounted at ${mountPoint} already; mount each at its own place.`,
  )
  const disks = volumes.reduce((sum, { raid }) => sum + (raid?.disks ?? 1), 0)
  if (disks > MAX_DATA_DISKS) {
    const message = `These are ${disks} disks; a server takes at most ${MAX_DATA_DISKS} besides its root disk.`
    tell(['storage', 'volumes'], message)
  }
}

/** A server can boot from such a disk. */
export function checkRootDisk(root: RootDisk, tell: Tell): void {
  const { type, sizeGib, iops } = root
  if (type === null) {
    if (iops !== null) tell(['iops'], 'Choose the type of the root disk too: not every type takes IOPS.')
    return
  }
  if (!VOLUME_LIMITS[type].boots) {
    tell(['type'], `A server cannot boot from ${type}; choose gp3, gp2, io2, io1 or standard.`)
    return
  }
  if (sizeGib !== null) checkSize(type, sizeGib, tell)
  checkIops(type, iops, sizeGib, tell)
}

/** A volume can be made as it is described. */
export function checkVolumeShape(
  volume: Pick<FarmRoleVolume, 'type' | 'sizeGib' | 'iops' | 'throughputMibps' | 'encrypted' | 'kmsKeyId'>,
  tell: Tell,
): void {
  const { type, sizeGib, iops, throughputMibps, encrypted, kmsKeyId } = volume
  checkSize(type, sizeGib, tell)
  checkIops(type, iops, sizeGib, tell)
  const limits = VOLUME_LIMITS[type].throughputMibps
  if (throughputMibps !== null) {
    if (!limits) tell(['throughputMibps'], `${type} takes no throughput; leave it empty, or choose gp3.`)
    else {
      const [min, max] = limits.range
      const most = Math.floor((iops ?? GP3_BASE_IOPS) * limits.perIops)
      if (throughputMibps < min || throughputMibps > max) {
        tell(['throughputMibps'], `${type} takes ${min} to ${max} MiB/s.`)
      } else if (throughputMibps > most) {
        tell(
          ['throughputMibps'],
          `${iops ?? GP3_BASE_IOPS} IOPS carry at most ${most} MiB/s; raise the IOPS, or lower this.`,
        )
      }
    }
  }
  if (kmsKeyId !== null && !encrypted) {
    tell(['kmsKeyId'], 'Only an encrypted volume has a KMS key; switch encryption on, or leave this empty.')
  }
}

function checkSize(type: VolumeType, sizeGib: number, tell: Tell): void {
  const [min, max] = VOLUME_LIMITS[type].sizeGib
  if (sizeGib < min || sizeGib > max) {
    tell(['sizeGib'], `${type} has ${min.toLocaleString('en')} to ${max.toLocaleString('en')} GiB.`)
  }
}

function checkIops(type: VolumeType, iops: number | null, sizeGib: number | null, tell: Tell): void {
  const limits = VOLUME_LIMITS[type].iops
  if (iops === null) {
    if (limits?.required) tell(['iops'], `${type} needs IOPS: say how many.`)
    return
  }
  if (!limits) {
    tell(['iops'], `${type} takes no IOPS; leave it empty, or choose gp3, io2 or io1.`)
    return
  }
  const [min, max] = limits.range
  if (iops < min || iops > max) {
    tell(['iops'], `${type} takes ${min.toLocaleString('en')} to ${max.toLocaleString('en')} IOPS.`)
  } else if (sizeGib !== null && iops > Math.max(min, sizeGib * limits.perGib)) {
    const most = Math.max(min, sizeGib * limits.perGib).toLocaleString('en')
    tell(['iops'], `${type} takes at most ${most} IOPS at ${sizeGib} GiB (${limits.perGib} for each).`)
  }
}

function checkUse({ raid, mountPoint, snapshotId }: FarmRoleVolume, tell: Tell): void {
  if (raid) {
    if (snapshotId !== null) {
      tell(['snapshotId'], 'An array cannot be made of one snapshot; leave it empty, or take one disk.')
    }
    const counts = RAID_DISKS[raid.level]
    if (!counts.includes(raid.disks)) {
      const [first = 0] = counts
      const words =
        counts.length === 1
          ? `${first}`
          : raid.level === 10
            ? counts.join(', ')
            : `${first} to ${counts.at(-1) ?? 0}`
      tell(['raid', 'disks'], `RAID ${raid.level} takes ${words} disks, not ${raid.disks}.`)
    }
  }
  if (mountPoint !== null && SYSTEM_PATHS.test(mountPoint)) {
    tell(['mountPoint'], `${mountPoint} belongs to the system; mount at a place such as /mnt/data.`)
  }
}
