import { expect, it } from 'vitest'
import type { RootDisk } from '../../model/farm-role-storage.ts'
import { rootDiskOf } from './root-disk.ts'

const none: RootDisk = { sizeGib: null, type: null, iops: null }

it.each<[string, Partial<RootDisk>, Partial<RootDisk>, RootDisk | null]>([
  ['nobody wants another', {}, {}, null],
  ['the image says it', {}, { sizeGib: 20, type: 'io2', iops: 500 }, { sizeGib: 20, type: 'io2', iops: 500 }],
  ['the farm role goes before', { sizeGib: 30 }, { sizeGib: 20 }, { ...none, sizeGib: 30 }],
  [
    'IOPS come with their type',
    { type: 'gp3' },
    { sizeGib: 20, type: 'io2', iops: 500 },
    { sizeGib: 20, type: 'gp3', iops: null },
  ],
])('%s', (_what, ofFarmRole, ofImage, disk) => {
  expect(rootDiskOf({ ...none, ...ofFarmRole }, { ...none, ...ofImage })).toEqual(disk)
})
