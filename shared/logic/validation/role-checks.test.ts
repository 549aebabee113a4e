import { describe, expect, it } from 'vitest'
import { Catalog } from '../../model/clouds.ts'
import {
  type FarmCheckMemory,
  type FarmKnowledge,
  validateFarm,
  validateFarmDocument,
} from './farm-validation.ts'

const type = (name: string, architecture: string) => ({
  name,
  vcpus: 2,
  memoryMib: 1024,
  architectures: [architecture],
  currentGeneration: true,
})
const subnet = (id: string, vpcId: string, zone: string, cidr: string) => ({
  id,
  vpcId,
  zone: `eu-central-1${zone}`,
  cidr,
  name: null,
  freeAddresses: 200,
  publicByDefault: true,
  isDefault: false,
})
const catalog = Catalog.parse({
  cloudId: 'c1',
  location: 'eu-central-1',
  fetchedAt: '2026-01-01T00:00:00.000Z',
  zones: ['a', 'b', 'c'].map((letter) => ({ name: `eu-central-1${letter}`, state: 'available' })),
  instanceTypes: [
    type('t3.micro', 'x86_64'),
    type('t2.micro', 'x86_64'),
    type('m5.large', 'x86_64'),
    type('t4g.micro', 'arm64'),
  ],
  securityGroups: [
    { id: 'sg-1', name: 'default', description: '', vpcId: 'vpc-home' },
    { id: 'sg-2', name: 'default', description: '', vpcId: 'vpc-shop' },
    { id: 'sg-3', name: 'vpn', description: '', vpcId: 'vpc-shop' },
  ],
  vpcs: [
    { id: 'vpc-home', name: null, cidr: '172.31.0.0/16', isDefault: true },
    { id: 'vpc-shop', name: 'shop', cidr: '10.0.0.0/16', isDefault: false },
  ],
  subnets: [
    subnet('subnet-a', 'vpc-shop', 'a', '10.0.0.0/24'),
    subnet('subnet-b', 'vpc-shop', 'b', '10.0.1.0/24'),
    subnet('subnet-home', 'vpc-home', 'a', '172.31.0.0/20'),
  ],
})
const known = {
  farms: [],
  roles: [{ id: 'r1', name: 'ubuntu', imageIds: ['i1'] }],
  images: [{ id: 'i1', name: 'noble', cloudId: 'c1', location: 'eu-central-1', architecture: 'x86_64' }],
  clouds: [{ id: 'c1', name: 'Production', locations: ['eu-central-1'] }],
  catalogs: [catalog],
} as unknown as FarmKnowledge

const web = { alias: 'web', location: 'eu-central-1', instanceType: 't3.micro' }
const design = (change: object) => ({
  name: 'new',
  roles: [{ ...web, roleId: 'r1', cloudId: 'c1', ...change }],
})
const document = (change: object) => ({
  schema: 'farmhand.farm/v1',
  name: 'new',
  roles: [{ ...web, role: 'ubuntu', cloud: 'Production', ...change }],
})

const inShop = (network: object) => ({ network: { vpcId: 'vpc-shop', ...network } })
const volume = (change: object) => ({ storage: { volumes: [{ name: 'data', sizeGib: 100, ...change }] } })
const root = (change: object) => ({ storage: { root: change } })
const features = (change: object) => ({ cloudFeatures: change })
const twoSubnets = { subnetIds: ['subnet-a', 'subnet-b'] }

describe('what is right', () => {
  it.each<[string, object]>([
    ['zones to balance over', { zones: ['eu-central-1a', 'eu-central-1b'] }],
    ['subnets of one VPC', inShop(twoSubnets)],
    [
      'subnets with exactly their zones',
      { zones: ['eu-central-1b', 'eu-central-1a'], ...inShop(twoSubnets) },
    ],
    ['a subnet of the default VPC, without naming it', { network: { subnetIds: ['subnet-home'] } }],
    [
      'addresses by index',
      {
        scaling: { max: 3 },
        ...inShop({
          ...twoSubnets,
          elasticIps: { enabled: true, addresses: { 1: '203.0.113.7', 3: '203.0.113.8' } },
          privateIps: { 2: '10.0.1.4' },
        }),
      },
    ],
    [
      'addresses that are switched off',
      { network: { elasticIps: { enabled: false, addresses: { 9: '203.0.113.7' } } } },
    ],
    ['groups by name and id', { securityGroups: { mode: 'named', groups: ['default', 'sg-1'] } }],
    ['more groups of its VPC', { ...inShop({}), securityGroups: { mode: 'default', additional: ['vpn'] } }],
    ['a host name', { network: { hostname: '{SCALR_FARM_NAME}-web-{SCALR_INSTANCE_INDEX}.example.com' } }],
    ['a gp3 volume at its fastest', volume({ sizeGib: 160, iops: 80_000, throughputMibps: 2_000 })],
    ['an io2 volume', volume({ type: 'io2', iops: 64_000 })],
    ['a small gp3 volume at its base', volume({ sizeGib: 1, iops: 3_000 })],
    ['an encrypted volume with its key', volume({ encrypted: true, kmsKeyId: 'alias/shop' })],
    ...(
      [
        [0, 8],
        [1, 2],
        [5, 3],
        [10, 6],
      ] as const
    ).map(([level, disks]): [string, object] => [
      `RAID ${level} of ${disks}`,
      volume({ raid: { level, disks } }),
    ]),
    ['a root disk', root({ type: 'gp3', sizeGib: 50, iops: 6_000 })],
    ['a spot server, whatever is said of its shutdown', features({ spot: { maxPricePerHour: 0.01 } })],
    ['credits of a burstable type', features({ cpuCredits: 'unlimited' })],
    ['a profile by name', features({ iamInstanceProfile: 'web@shop' })],
    [
      'a profile by ARN',
      features({ iamInstanceProfile: 'arn:aws:iam::123456789012:instance-profile/path/web' }),
    ],
    ['one thread a core', features({ cpu: { cores: 1, threadsPerCore: 1 } })],
    ['backups of the same architecture', features({ backupInstanceTypes: ['t2.micro', 'm5.large'] })],
  ])('%s', (_what, change) => {
    expect(validateFarm(design(change), known)).toEqual([])
  })
})

/** What is wrong, the change that makes it so, the path within the farm role, and a part of the sentence. */
const faulty: [string, object, string, string][] = [
  [
    'a balanced zone that is not there',
    { zones: ['eu-central-1x'] },
    'zones[0]',
    'has no zone “eu-central-1x”',
  ],
  ['a zone twice', { zones: ['eu-central-1a', 'eu-central-1a'] }, 'zones[1]', 'named twice'],
  [
    'one zone and several',
    { zone: 'eu-central-1a', zones: ['eu-central-1a'] },
    'zones',
    'exclude each other',
  ],
  [
    'a zone beside subnets of another',
    { zone: 'eu-central-1a', ...inShop(twoSubnets) },
    'zone',
    'Subnet subnet-b lies in eu-central-1b',
  ],
  [
    'a balanced zone without a subnet',
    { zones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'], ...inShop(twoSubnets) },
    'zones',
    'No chosen subnet lies in eu-central-1c',
  ],
  [
    'more cores than the type has',
    features({ cpu: { cores: 2, threadsPerCore: 2 } }),
    'cloudFeatures.cpu',
    'more than the 2 vCPUs of t3.micro',
  ],
  [
    'a group that is not there',
    { securityGroups: { mode: 'named', groups: ['default', 'db'] } },
    'securityGroups.groups[1]',
    'has no security group “db”; choose one of its catalogue (default), or make it',
  ],
  [
    'a group of another VPC',
    { securityGroups: { mode: 'default', additional: ['vpn'] } },
    'securityGroups.additional[0]',
    'belongs to vpc-shop, and the farm role to vpc-home',
  ],
  [
    'a group twice',
    { securityGroups: { mode: 'named', groups: ['default', 'default'] } },
    'securityGroups.groups[1]',
    'named twice',
  ],
  [
    'a VPC that is not there',
    { network: { vpcId: 'vpc-x' } },
    'network.vpcId',
    'it has vpc-home, vpc-shop (shop)',
  ],
  [
    'a subnet that is not there',
    inShop({ subnetIds: ['subnet-x'] }),
    'network.subnetIds[0]',
    'no subnet “subnet-x”',
  ],
  [
    'a subnet of another VPC',
    inShop({ subnetIds: ['subnet-a', 'subnet-home'] }),
    'network.subnetIds[1]',
    'belongs to vpc-home, not to vpc-shop',
  ],
  [
    'a subnet outside the default VPC',
    { network: { subnetIds: ['subnet-a'] } },
    'network.subnetIds[0]',
    'not to the default VPC vpc-home',
  ],
  ['a subnet twice', inShop({ subnetIds: ['subnet-a', 'subnet-a'] }), 'network.subnetIds[1]', 'named twice'],
  [
    'an Elastic IP above the maximum',
    { network: { elasticIps: { enabled: true, addresses: { 3: '203.0.113.7' } } } },
    'network.elasticIps.addresses["3"]',
    'There is no server 3: at most 2 run',
  ],
  [
    'an Elastic IP twice',
    { network: { elasticIps: { enabled: true, addresses: { 1: '203.0.113.7', 2: '203.0.113.7' } } } },
    'network.elasticIps.addresses["2"]',
    'given to another server',
  ],
  [
    'a private address outside the chosen subnets',
    inShop({ subnetIds: ['subnet-a'], privateIps: { 1: '10.0.1.9' } }),
    'network.privateIps["1"]',
    '10.0.1.9 lies in none of the chosen subnets: subnet-a (10.0.0.0/24)',
  ],
  [
    'a private address outside the VPC',
    inShop({ privateIps: { 1: '172.31.0.9' } }),
    'network.privateIps["1"]',
    'none of the subnets of the VPC',
  ],
  [
    'a private address that the cloud keeps',
    inShop({ subnetIds: ['subnet-a'], privateIps: { 1: '10.0.0.3' } }),
    'network.privateIps["1"]',
    'kept by the cloud',
  ],
  [
    'a private address twice',
    inShop({ subnetIds: ['subnet-a'], privateIps: { 1: '10.0.0.9', 2: '10.0.0.9' } }),
    'network.privateIps["2"]',
    'given to another server',
  ],
  [
    'a private address above the maximum',
    inShop({ subnetIds: ['subnet-a'], privateIps: { 7: '10.0.0.9' } }),
    'network.privateIps["7"]',
    'There is no server 7',
  ],
  ['an open brace in a host name', { network: { hostname: 'web-{index' } }, 'network.hostname', 'braces'],
  ['a space in a host name', { network: { hostname: 'web {index}' } }, 'network.hostname', 'no host name'],
  ['a dash at the end of a label', { network: { hostname: 'web-.shop' } }, 'network.hostname', 'dash'],
  ['two dots in a host name', { network: { hostname: 'web..shop' } }, 'network.hostname', 'no host name'],
  ['a label that is too long', { network: { hostname: 'w'.repeat(64) } }, 'network.hostname', 'no host name'],
  ['a root disk that cannot boot', root({ type: 'st1', sizeGib: 500 }), 'storage.root.type', 'cannot boot'],
  [
    'a root disk that is too large',
    root({ type: 'gp2', sizeGib: 20_000 }),
    'storage.root.sizeGib',
    '1 to 16,384',
  ],
  ['IOPS of a root disk without a type', root({ iops: 3_000 }), 'storage.root.iops', 'Choose the type'],
  ['an io1 root disk without IOPS', root({ type: 'io1', sizeGib: 50 }), 'storage.root.iops', 'needs IOPS'],
  [
    'IOPS of a type that takes none',
    volume({ type: 'gp2', iops: 3_000 }),
    'storage.volumes[0].iops',
    'takes no IOPS',
  ],
  ['too few IOPS', volume({ iops: 2_000 }), 'storage.volumes[0].iops', '3,000 to 80,000'],
  [
    'too many IOPS for the type',
    volume({ type: 'io1', sizeGib: 4_000, iops: 70_000 }),
    'storage.volumes[0].iops',
    '64,000',
  ],
  [
    'too many IOPS for the size',
    volume({ sizeGib: 10, iops: 6_000 }),
    'storage.volumes[0].iops',
    'at most 5,000 IOPS at 10 GiB',
  ],
  ['no IOPS where they are needed', volume({ type: 'io2' }), 'storage.volumes[0].iops', 'needs IOPS'],
  [
    'throughput of a type that takes none',
    volume({ type: 'io2', iops: 1_000, throughputMibps: 200 }),
    'storage.volumes[0].throughputMibps',
    'takes no throughput',
  ],
  [
    'throughput above the IOPS',
    volume({ throughputMibps: 1_000 }),
    'storage.volumes[0].throughputMibps',
    '750 MiB/s',
  ],
  ['a disk that is too small', volume({ type: 'sc1' }), 'storage.volumes[0].sizeGib', '125 to 16,384 GiB'],
  [
    'a key without encryption',
    volume({ kmsKeyId: 'alias/shop' }),
    'storage.volumes[0].kmsKeyId',
    'encrypted',
  ],
  [
    'a mount point of the system',
    volume({ mountPoint: '/etc/shop' }),
    'storage.volumes[0].mountPoint',
    'system',
  ],
  ...(
    [
      [1, 3, '2 disks'],
      [5, 2, '3 to 8 disks'],
      [10, 2, '4, 6, 8 disks'],
      [10, 5, '4, 6, 8 disks'],
    ] as const
  ).map(([level, disks, words]): [string, object, string, string] => [
    `RAID ${level} of ${disks}`,
    volume({ raid: { level, disks } }),
    'storage.volumes[0].raid.disks',
    `RAID ${level} takes ${words}, not ${disks}.`,
  ]),
  [
    'an array of one snapshot',
    volume({ snapshotId: 'snap-1', raid: { level: 10, disks: 4 } }),
    'storage.volumes[0].snapshotId',
    'An array cannot be made of one snapshot',
  ],
  [
    'a volume name twice',
    { storage: { volumes: [{ name: 'data' }, { name: 'data' }] } },
    'storage.volumes[1].name',
    'called “data” already',
  ],
  [
    'a mount point twice',
    { storage: { volumes: ['one', 'two'].map((name) => ({ name, mountPoint: '/data' })) } },
    'storage.volumes[1].mountPoint',
    'mounted at /data already',
  ],
  [
    'too many disks',
    { storage: { volumes: ['a', 'b', 'c', 'd'].map((name) => ({ name, raid: { level: 0, disks: 8 } })) } },
    'storage.volumes',
    'These are 32 disks',
  ],
  [
    'a protected spot server',
    features({ spot: {}, shutdownBehavior: 'terminate', terminationProtection: true }),
    'cloudFeatures.terminationProtection',
    'does not protect spot',
  ],
  [
    'credits of another type',
    { instanceType: 'm5.large', ...features({ cpuCredits: 'standard' }) },
    'cloudFeatures.cpuCredits',
    'm5.large has no CPU credits',
  ],
  [
    'dedicated hardware for t2',
    { instanceType: 't2.micro', ...features({ tenancy: 'dedicated' }) },
    'cloudFeatures.tenancy',
    'no dedicated hardware for t2',
  ],
  [
    'a profile that is none',
    features({ iamInstanceProfile: 'arn:aws:iam::1:role/web' }),
    'cloudFeatures.iamInstanceProfile',
    'ARN',
  ],
  ['a brace in the name', features({ nameTemplate: '{web' }), 'cloudFeatures.nameTemplate', 'braces'],
  [
    'a backup of another architecture',
    features({ backupInstanceTypes: ['t4g.micro'] }),
    'cloudFeatures.backupInstanceTypes[0]',
    't4g.micro is arm64',
  ],
  [
    'a backup that is the type itself',
    features({ backupInstanceTypes: ['t3.micro'] }),
    'cloudFeatures.backupInstanceTypes[0]',
    'the instance type itself',
  ],
  [
    'a backup that is not offered',
    features({ backupInstanceTypes: ['m5.large', 'x9.huge'] }),
    'cloudFeatures.backupInstanceTypes[1]',
    'offers no instance type “x9.huge”',
  ],
  ['a variable that does not exist', { network: { hostname: '{colour}' } }, 'network.hostname', '{colour}'],
  [
    'an address in a name',
    features({ nameTemplate: '{public_ip}' }),
    'cloudFeatures.nameTemplate',
    'not known yet',
  ],
  ['a variable of a tag', { tags: { team: '{colour}' } }, 'tags.team', '{colour}'],
  ['a variable of user data', { userData: '{farmhand.colour}' }, 'userData', '{farmhand.colour}'],
  ['a tag of AWS', { tags: { 'aws:name': 'x' } }, 'tags["aws:name"]', 'belong to AWS'],
  [
    'a name by tag and by template',
    { tags: { Name: 'web' }, ...features({ nameTemplate: 'web' }) },
    'tags.Name',
    'sets this tag already',
  ],
]

describe('one fault, named by its path', () => {
  it.each(faulty)('%s', (_what, change, path, sentence) => {
    const faults = validateFarm(design(change), known)
    expect(faults.map((fault) => fault.path)).toEqual([`roles[0].${path}`])
    expect(faults[0]?.message).toContain(sentence)
  })

  it.each(faulty)('in a document: %s', (_what, change, path, sentence) => {
    const faults = validateFarmDocument(document(change), known)
    expect(faults.map((fault) => fault.path)).toEqual([`roles[0].${path}`])
    expect(faults[0]?.message).toContain(sentence)
  })
})

it('asks for no more than names allow while nothing is known of a place', () => {
  const farm = design({
    ...inShop({ ...twoSubnets, privateIps: { 1: '192.168.0.9' } }),
    ...features({ backupInstanceTypes: ['x9.huge'] }),
  })
  expect(validateFarm(farm, { ...known, catalogs: [] })).toEqual([])
  const named = design({ securityGroups: { mode: 'named', groups: ['db'] } })
  expect(validateFarm(named, { ...known, catalogs: [] })).toEqual([])
  expect(validateFarm(named, { ...known, catalogs: [{ ...catalog, securityGroups: [] }] })).toEqual([])
  const unlisted = { ...catalog, vpcs: [], subnets: [], instanceTypes: [] }
  expect(validateFarm(farm, { ...known, catalogs: [unlisted] })).toEqual([])
})

it('lets one slip hide no other fault', () => {
  const farm = design({
    scaling: { min: null, max: 2 },
    network: { vpcId: 7, hostname: '-', elasticIps: { enabled: true, addresses: { 5: '1.2.3.4' } } },
    storage: {
      root: { sizeGib: null, type: 'st1' },
      volumes: [
        { name: 'NO', raid: { level: 1, disks: 4 } },
        { name: 'data' },
        { name: 'data', sizeGib: null },
      ],
    },
    cloudFeatures: { tenancy: 'mine', spot: {}, terminationProtection: true },
  })
  expect(validateFarm(farm, known).map(({ path }) => path.replace('roles[0].', ''))).toEqual([
    'scaling.min',
    'network.vpcId',
    'storage.volumes[0].name',
    'storage.volumes[2].sizeGib',
    'cloudFeatures.tenancy',
    'network.elasticIps.addresses["5"]',
    'network.hostname',
    'storage.root.type',
    'storage.volumes[0].raid.disks',
    'storage.volumes[2].name',
    'cloudFeatures.terminationProtection',
  ])
})

it.each<[string, object, string[]]>([
  ['warnings before the lease began', { hours: 12, warnHours: [24, 1] }, ['lease.warnHours[0]']],
  ['a warning twice', { hours: 48, warnHours: [1, 1] }, ['lease.warnHours[1]']],
  ['a lease that holds', { hours: 48, warnHours: [24, 1] }, []],
])('a lease: %s', (_what, lease, paths) => {
  const faults = validateFarm({ ...design({}), lease, tags: { 'farmhand:x': '' } }, known)
  expect(faults.map(({ path }) => path)).toEqual(['tags["farmhand:x"]', ...paths])
})

describe('a memory of what was checked', () => {
  const memory: FarmCheckMemory = new WeakMap()
  const bad = design(features({ spot: {}, terminationProtection: true })).roles[0]
  const good = { ...design({}).roles[0], alias: 'app' }
  const check = (roles: unknown[], with_ = known) =>
    validateFarm({ name: 'new', roles }, with_, undefined, memory).map(({ path }) => path)

  it('answers the same, at whatever place a farm role stands', () => {
    expect(check([bad, good])).toEqual(['roles[0].cloudFeatures.terminationProtection'])
    expect(check([good, bad])).toEqual(['roles[1].cloudFeatures.terminationProtection'])
    expect(check([bad, { ...bad }])).toEqual([
      'roles[0].cloudFeatures.terminationProtection',
      'roles[1].alias',
      'roles[1].cloudFeatures.terminationProtection',
    ])
  })

  it('checks again when something else is known', () => {
    expect(check([good])).toEqual([])
    expect(check([good], { ...known, roles: [] })).toEqual(['roles[0].roleId'])
    expect(check([good])).toEqual([])
  })
})
