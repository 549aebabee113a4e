import { describe, expect, it } from 'vitest'
import { aFarm, aServer } from '../../../tests/support/designs.ts'
import { AllowedHours } from '../../model/allowed-hours.ts'
import { FarmRole } from '../../model/farm-roles.ts'
import { FarmDesign, Lease } from '../../model/farms.ts'
import { compareDrafts } from './draft-differences.ts'
import { changeRole, draftOf } from './farm-draft.ts'
import { fieldDifferences } from './field-paths.ts'
import { fieldWords, valueWords } from './field-words.ts'
import { compareServer, isComparable } from '../servers/server-differences.ts'

type Change = NonNullable<Parameters<typeof aFarm>[1]>[number]

const differences = (mine: Change, theirs: Change) =>
  compareDrafts(draftOf(aFarm({}, [mine])), draftOf(aFarm({}, [theirs]))).map(
    ({ where, path, field, mine: a, theirs: b }) => [where, path, field, a, b],
  )
const volume = (name: string, more: object = {}) => ({ name, ...more })

describe('two versions of a farm role, field by field', () => {
  it.each<[string, Change, Change, (string | null)[][]]>([
    ['the same', {}, {}, []],
    [
      'one field of a group',
      { network: { hostname: 'web-{SCALR_INSTANCE_INDEX}' } },
      {},
      [['web', 'roles[0].network.hostname', 'host name', 'web-{SCALR_INSTANCE_INDEX}', 'the cloud’s own']],
    ],
    [
      'numbers with their unit, switches in words',
      { scaling: { enabled: false }, storage: { root: { sizeGib: 20 } } },
      {},
      [
        ['web', 'roles[0].scaling.enabled', 'scaling', 'by hand', 'automatic'],
        ['web', 'roles[0].storage.root.sizeGib', 'root disk · size', '20 GiB', 'as the image says'],
      ],
    ],
    [
      'keys of a record',
      { tags: { team: 'a' }, network: { elasticIps: { enabled: true, addresses: { 2: '203.0.113.7' } } } },
      { tags: { 'cost centre': '7' }, network: { elasticIps: { enabled: true, addresses: {} } } },
      [
        ['web', 'roles[0].network.elasticIps.addresses["2"]', 'Elastic IP of server 2', '203.0.113.7', null],
        ['web', 'roles[0].tags.team', 'tag team', 'a', null],
        ['web', 'roles[0].tags["cost centre"]', 'tag cost centre', null, '7'],
      ],
    ],
    [
      'volumes by name, wherever they stand',
      { storage: { volumes: [volume('logs'), volume('data', { sizeGib: 50 })] } },
      { storage: { volumes: [volume('data'), volume('old')] } },
      [
        ['web', 'roles[0].storage.volumes[0]', 'volume logs', 'is there', null],
        ['web', 'roles[0].storage.volumes[1].sizeGib', 'volume data · size', '50 GiB', '10 GiB'],
        ['web', 'roles[0].storage.volumes[1]', 'volume old', null, 'is there'],
      ],
    ],
    [
      'a part that is switched on',
      { storage: { volumes: [volume('data', { raid: { level: 5, disks: 3 } })] } },
      { storage: { volumes: [volume('data')] } },
      [
        ['web', 'roles[0].storage.volumes[0].raid', 'volume data · RAID', 'on', 'off'],
        ['web', 'roles[0].storage.volumes[0].raid.level', 'volume data · RAID level', '5', null],
        ['web', 'roles[0].storage.volumes[0].raid.disks', 'volume data · disks', '3', null],
        ['web', 'roles[0].storage.volumes[0].raid.via', 'volume data · RAID through', 'mdadm', null],
      ],
    ],
    [
      'lists as one value',
      { zones: ['a', 'b'] },
      {},
      [['web', 'roles[0].zones', 'balanced zones', 'a, b', 'not balanced']],
    ],
  ])('%s', (_what, mine, theirs, expected) => {
    expect(differences(mine, theirs)).toEqual(expected)
  })
})

it('tells farm roles that came, went and moved, and what the farm itself says', () => {
  const saved = draftOf(aFarm({ tags: { a: '1' } }, [{ alias: 'web' }, { alias: 'db' }, { alias: 'old' }]))
  const [web, db] = saved.roles
  if (!web || !db) throw new Error('two farm roles were expected')
  const mine = {
    ...saved,
    lease: Lease.parse({ warnHours: [] }),
    tags: {},
    roles: [db, web, { ...web, key: 'k', id: null, alias: 'app', roleId: 'r2' }],
  }
  expect(
    compareDrafts(mine, saved).map(({ where, field, mine: a, theirs: b }) => [where, field, a, b]),
  ).toEqual([
    ['Farm', 'tag a', null, '1'],
    ['Farm', 'lease', 'on', 'off'],
    ['Farm', 'lease', '168 h', null],
    ['Farm', 'lease · warnings before the end', 'none', null],
    ['Farm', 'lease · extensions', '3', null],
    ['Farm', 'lease · length of an extension', '24 h', null],
    ['app', 'farm role', 'is there', null],
    ['old', 'farm role', null, 'is there'],
    ['Farm', 'order', 'db, web', 'web, db'],
  ])
  const renamed = changeRole(saved, web.key, { roleId: 'r2' })
  const names = { role: (id: string) => `«${id}»`, cloud: (id: string) => id }
  expect(compareDrafts(renamed, saved, names).map(({ mine: a, theirs: b }) => [a, b])).toEqual([
    ['«r2»', '«role-1»'],
  ])
})

it('has words for every field of a farm and of a farm role', () => {
  const role = aFarm({}, [
    {
      tags: { a: 'b' },
      network: { elasticIps: { enabled: true, addresses: { 1: '1.2.3.4' } }, privateIps: { 1: '10.0.0.9' } },
      storage: { volumes: [volume('data', { raid: {}, snapshots: {} })] },
      cloudFeatures: { spot: {} },
    },
  ])
  const everyRole = { ...role.roles[0], id: undefined }
  const named = { ...everyRole, securityGroups: { mode: 'named', groups: ['sg'] } }
  const {
    id: _id,
    roles: _roles,
    createdAt: _made,
    updatedAt: _changed,
    ...farm
  } = {
    ...role,
    lease: Lease.parse({}),
    allowedHours: AllowedHours.parse({ periods: [{ days: ['mon'], start: '08:00', end: '18:00' }] }),
  }
  const paths = [everyRole, named, farm].flatMap((one) =>
    fieldDifferences(one, undefined).map(({ path }) => path),
  )
  const groups = [...Object.keys(FarmRole.shape), ...Object.keys(FarmDesign.shape)]
  const sameWords = new Set(
    [
      'name',
      'description',
      'alias',
      'location',
      'zone',
      'scaling',
      'network',
      'storage',
      'tags',
      'lease',
    ].concat(['timeouts', 'id', 'roles', 'createdAt', 'updatedAt']),
  )
  const nameless = [...paths, ...groups].filter((path) => fieldWords(path) === path && !sameWords.has(path))
  expect(nameless).toEqual([])
})

it.each<[string, unknown, string]>([
  ['scaling.max', null, 'empty'],
  ['storage.volumes[0].snapshots.keep', 0, 'all'],
  ['cloudFeatures.ebsOptimized', null, 'as the instance type does'],
  ['lease.warnHours', [24, 1], '24 h, 1 h'],
  ['userData', '', 'none'],
  ['tags.a', '', 'not set'],
])('%s reads %j as %j', (path, value, words) => {
  expect(valueWords(path, value)).toBe(words)
})

describe('a server that runs, held against its design', () => {
  const known = {
    role: (id: string) => `«${id}»`,
    cloud: (id: string) => id,
    image: (id: string) => id,
    designedImageId: 'image-1',
  }
  const compare = (change: Change, server: Parameters<typeof aServer>[0] = {}, images = known) => {
    const [role] = draftOf(aFarm({}, [change])).roles
    if (!role) throw new Error('a farm role was expected')
    return compareServer(aServer(server), role, images).map(({ field, design, running }) => [
      field,
      design,
      running,
    ])
  }

  it.each<[string, Change, Parameters<typeof aServer>[0], string[][]]>([
    ['as designed', {}, {}, []],
    ['another type', { instanceType: 'm5.large' }, {}, [['instance type', 'm5.large', 't3.micro']]],
    [
      'a backup type, as designed',
      { instanceType: 'm5.large', cloudFeatures: { backupInstanceTypes: ['t3.micro'] } },
      {},
      [],
    ],
    ['another role', { roleId: 'role-2' }, {}, [['role', '«role-2»', 'ubuntu']]],
    ['another zone', { zone: 'sandbox-east-1b' }, {}, [['zone', 'sandbox-east-1b', 'sandbox-east-1a']]],
    [
      'none of the balanced zones',
      { zones: ['sandbox-east-1b', 'sandbox-east-1c'] },
      {},
      [['zone', 'one of sandbox-east-1b, sandbox-east-1c', 'sandbox-east-1a']],
    ],
    [
      'another address',
      {
        network: {
          elasticIps: { enabled: true, addresses: { 1: '203.0.113.7' } },
          privateIps: { 1: '10.0.0.9' },
        },
      },
      {},
      [
        ['Elastic IP', '203.0.113.7', '127.0.0.2'],
        ['private address', '10.0.0.9', '127.0.0.2'],
      ],
    ],
    [
      'a public address too many',
      { network: { publicAddress: 'no' } },
      {},
      [['public address', 'none', '127.0.0.2']],
    ],
    [
      'a public address too few',
      { network: { publicAddress: 'yes' } },
      { publicIp: null },
      [['public address', 'one', 'none']],
    ],
    [
      'another host name',
      { network: { hostname: 'web' } },
      { hostname: 'ip-1' },
      [['host name', 'web', 'ip-1']],
    ],
    [
      'a host name of variables is not held against it',
      { network: { hostname: '{A}' } },
      { hostname: 'ip-1' },
      [],
    ],
    [
      'another subnet',
      { network: { subnetIds: ['subnet-1', 'subnet-2'] } },
      { subnetId: 'subnet-9' },
      [['subnet', 'subnet-1 or subnet-2', 'subnet-9']],
    ],
    ['no spot server', { cloudFeatures: { spot: {} } }, {}, [['spot', 'on', 'off']]],
    ['an index above the maximum', { scaling: { max: 1 } }, { index: 2 }, [['index', 'at most 1', '#2']]],
  ])('%s', (_what, change, server, expected) => {
    expect(compare(change, server)).toEqual(expected)
  })

  it('tells another image once it is known which one a launch takes', () => {
    expect(compare({}, {}, { ...known, designedImageId: 'image-2' })).toEqual([
      ['image', 'image-2', 'image-1'],
    ])
    expect(compare({}, { imageId: 'image-9' }, { ...known, designedImageId: null as never })).toEqual([])
  })

  it('leaves out what has no instance, or loses it', () => {
    expect(isComparable(aServer())).toBe(true)
    expect(isComparable(aServer({ cloudServerId: null, status: 'pending-launch' }))).toBe(false)
    expect(isComparable(aServer({ status: 'terminated' }))).toBe(false)
  })
})
