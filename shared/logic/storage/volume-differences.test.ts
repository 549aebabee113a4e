import { expect, test } from 'vitest'
import { aFarm } from '../../../tests/support/designs.ts'
import { FarmVolume } from '../../model/storage.ts'
import { draftOf } from '../drafts/farm-draft.ts'
import { compareVolumes } from './volume-differences.ts'

function design(...volumes: object[]) {
  const [role] = draftOf(aFarm({}, [{ storage: { volumes } } as never])).roles
  if (!role) throw new Error('a farm role was expected')
  return role
}
const is = (change: Partial<FarmVolume> = {}): FarmVolume =>
  FarmVolume.parse({
    ...{ farmRoleId: 'fr', name: 'data', index: 1, disk: 0, volumeId: 'vol-1', manual: false, raid: null },
    ...{ sizeGib: 10, type: 'gp3', iops: null, throughputMibps: null, encrypted: false },
    ...{ fileSystem: 'ext4', mountPoint: '/mnt/data', serverId: null, mount: 'not-mounted' },
    ...change,
  })
const data = { name: 'data', sizeGib: 10, mountPoint: '/mnt/data' }
const raid = { level: 10, disks: 4, via: 'mdadm' } as const

test.each([
  ['as designed', [data], [is()], []],
  ['of another index', [data], [is(), is({ index: 2, sizeGib: 5 })], []],
  ['by hand', [data], [is(), is({ name: 'm-1', manual: true })], []],
  ['larger', [{ ...data, sizeGib: 20 }], [is()], [['volume data · size', '20 GiB', '10 GiB']]],
  [
    'of another type and speed',
    [{ ...data, type: 'io1', iops: 200 }],
    [is()],
    [
      ['volume data · type', 'io1', 'gp3'],
      ['volume data · IOPS', '200', 'as the type does'],
    ],
  ],
  ['what is left to the type', [data], [is({ iops: 4_000 })], []],
  [
    'mounted elsewhere',
    [{ ...data, mountPoint: null }],
    [is()],
    [['volume data · mount point', 'not mounted', '/mnt/data']],
  ],
  ['an array', [{ ...data, raid }], [is()], [['volume data · RAID', '10 of 4 disks by mdadm', 'off']]],
  ['an array as designed', [{ ...data, raid }], [0, 1, 2, 3].map((disk) => is({ disk, raid })), []],
  ['not there yet', [data, { name: 'log' }], [is()], [['volume log', 'is there', 'is not there']]],
  ['taken out', [], [is()], [['volume data', 'is not there', 'is there']]],
])('the volumes of an index: %s', (_, volumes, there, expected) => {
  const found = compareVolumes(1, design(...volumes), there)
  expect(found.map(({ field, design: wanted, running }) => [field, wanted, running])).toEqual(expected)
})
