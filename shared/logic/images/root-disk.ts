import type { RootDisk } from '../../model/farm-role-storage.ts'

/** The root disk that a server is launched with, the farm role's wishes before its image's; null: as the image has it in its cloud. */
export function rootDiskOf(ofFarmRole: RootDisk, ofImage: RootDisk): RootDisk | null {
  // IOPS belong to a type: the two come from one place.
  const { type, iops } = ofFarmRole.type === null ? ofImage : ofFarmRole
  const disk = { sizeGib: ofFarmRole.sizeGib ?? ofImage.sizeGib, type, iops }
  return Object.values(disk).every((value) => value === null) ? null : disk
}
