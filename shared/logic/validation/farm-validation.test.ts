import { describe, expect, it } from 'vitest'
import type { Catalog } from '../../model/clouds.ts'
import { type FarmKnowledge, validateFarm, validateFarmDocument } from './farm-validation.ts'

const catalog = {
  cloudId: 'c1',
  location: 'eu-central-1',
  fetchedAt: '2026-01-01T00:00:00.000Z',
  zones: [
    { name: 'eu-central-1a', state: 'available' },
    { name: 'eu-central-1b', state: 'available' },
  ],
  instanceTypes: [
    { name: 't3.micro', vcpus: 2, memoryMib: 1024, architectures: ['x86_64'], currentGeneration: true },
    { name: 't4g.micro', vcpus: 2, memoryMib: 1024, architectures: ['arm64'], currentGeneration: true },
  ],
  securityGroups: [],
  vpcs: [],
  subnets: [],
  prices: null,
} as unknown as Catalog

const known = {
  farms: [{ id: 'f1', name: 'Shop' }],
  roles: [
    { id: 'r1', name: 'ubuntu', imageIds: ['gone', 'i1', 'i2'] },
    { id: 'r2', name: 'arm', imageIds: ['i3'] },
  ],
  images: [
    { id: 'i1', name: 'noble-de', cloudId: 'c1', location: 'eu-central-1', architecture: 'x86_64' },
    { id: 'i2', name: 'noble-ie', cloudId: 'c1', location: 'eu-west-1', architecture: 'x86_64' },
    { id: 'i3', name: 'noble-arm', cloudId: 'c1', location: 'eu-central-1', architecture: 'arm64' },
  ],
  clouds: [
    { id: 'c1', name: 'Production', locations: ['eu-central-1', 'eu-west-1'] },
    { id: 'c2', name: 'Other', locations: ['us-east-1'] },
  ],
  catalogs: [catalog],
} as unknown as FarmKnowledge

const web = {
  alias: 'web',
  roleId: 'r1',
  cloudId: 'c1',
  location: 'eu-central-1',
  instanceType: 't3.micro',
}
const farm = (change: object, more: object = {}) => ({
  name: 'new',
  roles: [web, { ...web, alias: 'db', ...change }],
  ...more,
})

it('finds nothing wrong with a farm that can be launched', () => {
  expect(validateFarm(farm({}), known)).toEqual([])
  expect(validateFarm(farm({ zone: 'eu-central-1b' }), known)).toEqual([])
})

describe('one fault, named by its path', () => {
  it.each<[string, object, string, string]>([
    ['an unknown key', { colour: 'red' }, 'roles[1].colour', 'There is no setting “colour” here'],
    [
      'a wrong type',
      { scaling: { min: 'two' } },
      'roles[1].scaling.min',
      'Give a number here, not a string.',
    ],
    ['a role that does not exist', { roleId: 'r9' }, 'roles[1].roleId', 'There is no role “r9”'],
    ['a cloud that does not exist', { cloudId: 'c9' }, 'roles[1].cloudId', 'There is no cloud “c9”'],
    [
      'a location of another cloud',
      { location: 'us-east-1' },
      'roles[1].location',
      'Production has no location “us-east-1” here; it has eu-central-1, eu-west-1.',
    ],
    [
      'a role without an image there',
      { roleId: 'r2', location: 'eu-west-1' },
      'roles[1].roleId',
      'Role “arm” has no image in eu-west-1 of Production',
    ],
    [
      'a zone of another region, by the catalogue',
      { zone: 'eu-west-1a' },
      'roles[1].zone',
      'eu-central-1 has no zone “eu-west-1a”; it has eu-central-1a, eu-central-1b.',
    ],
    [
      'a zone that the region does not have',
      { zone: 'eu-central-1z' },
      'roles[1].zone',
      'eu-central-1 has no zone “eu-central-1z”',
    ],
    [
      'a zone of another region, without a catalogue',
      { location: 'eu-west-1', zone: 'eu-central-1a' },
      'roles[1].zone',
      'Zone “eu-central-1a” is not in eu-west-1',
    ],
    [
      'an instance type that is not offered',
      { instanceType: 'x9.huge' },
      'roles[1].instanceType',
      'eu-central-1 offers no instance type “x9.huge”',
    ],
    [
      'an instance type of another architecture',
      { instanceType: 't4g.micro' },
      'roles[1].instanceType',
      't4g.micro is arm64, but image “noble-de” is x86_64',
    ],
    [
      'min above max',
      { scaling: { min: 5, max: 3 } },
      'roles[1].scaling.min',
      'The minimum (5) is above the maximum (3)',
    ],
    [
      'min above the default max',
      { scaling: { min: 3 } },
      'roles[1].scaling.min',
      'The minimum (3) is above the maximum (2)',
    ],
    ['max 0', { scaling: { min: 0, max: 0 } }, 'roles[1].scaling.max', 'At most 0 servers is no server'],
    ['a duplicate alias', { alias: 'WEB' }, 'roles[1].alias', 'Farm role 1 is called “WEB” too'],
    [
      'a tag of ours',
      { tags: { 'farmhand:farm': 'x' } },
      'roles[1].tags["farmhand:farm"]',
      'Tags that begin with “farmhand:” belong to Farmhand',
    ],
    [
      'user data that is short in characters and long in bytes',
      { userData: '€'.repeat(6000) },
      'roles[1].userData',
      'User data has 18000 bytes',
    ],
    ['no instance type', { instanceType: '' }, 'roles[1].instanceType', 'Choose an instance type.'],
  ])('%s', (_what, change, path, sentence) => {
    const faults = validateFarm(farm(change), known)
    expect(faults.map((fault) => fault.path)).toEqual([path])
    expect(faults[0]?.message).toContain(sentence)
  })

  it('a name that another farm has', () => {
    expect(validateFarm(farm({}, { name: ' shop ' }), known)).toEqual([
      { path: 'name', message: 'There is a farm named “shop” already; choose another name.' },
    ])
    expect(validateFarm(farm({}, { name: 'shop' }), known, 'f1')).toEqual([])
  })

  it('an input that is no object', () => {
    expect(validateFarm([], known).map(({ path }) => path)).toEqual([''])
    expect(validateFarm(undefined, known).map(({ path }) => path)).toEqual([''])
  })
})

it('names several faults at once, the farm’s first, then by farm role', () => {
  const faults = validateFarm(
    {
      name: '',
      extra: 1,
      roles: [
        { ...web, scaling: { min: 3, max: 1 } },
        { ...web, zone: 'us-east-1a', instanceType: 7 },
      ],
    },
    known,
  )
  expect(faults.map(({ path }) => path)).toEqual([
    'name',
    'extra',
    'roles[0].scaling.min',
    'roles[1].instanceType',
    'roles[1].alias',
    'roles[1].zone',
  ])
})

it('says nothing about instance types while there is no catalogue', () => {
  expect(validateFarm(farm({ instanceType: 'x9.huge' }), { ...known, catalogs: [] })).toEqual([])
})

describe('documents', () => {
  const { roleId: _role, cloudId: _cloud, ...place } = web
  const document = (change: object) => ({
    schema: 'farmhand.farm/v1',
    name: 'new',
    roles: [{ ...place, role: 'ubuntu', cloud: 'production', ...change }],
  })

  it.each<[object, string[]]>([
    [{}, []],
    [{ role: 'nobody' }, ['roles[0].role']],
    [{ cloud: 'nowhere' }, ['roles[0].cloud']],
    [{ role: 'arm', location: 'eu-west-1' }, ['roles[0].role']],
    [{ roleId: 'r1' }, ['roles[0].roleId']],
    [{ zone: 'us-east-1a' }, ['roles[0].zone']],
  ])('%j is named at %j', (change, paths) => {
    expect(validateFarmDocument(document(change), known).map(({ path }) => path)).toEqual(paths)
  })
})
