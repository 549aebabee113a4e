import { expect, test } from 'vitest'
import { aFarm, aServer } from '../../../../tests/support/designs.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { launchRequests } from './launch-requests.ts'

const common = { imageId: 'ami-1', keyName: 'key', securityGroupIds: ['sg-1'], rootDisk: null }

type RoleChange = NonNullable<Parameters<typeof aFarm>[1]>[number]

function requests(role: RoleChange, servers: Server[], farm: Parameters<typeof aFarm>[0] = {}) {
  const design = aFarm(farm, [role])
  const [farmRole] = design.roles
  if (!farmRole) throw new Error('a farm of one role')
  return launchRequests(design, farmRole, servers, common, 'w1')
}

function servers(count: number, change: (index: number) => Partial<Server> = () => ({})): Server[] {
  return Array.from({ length: count }, (_, at) => ({
    ...aServer({ id: `server-${String(at + 1).padStart(4, '0')}`, index: at + 1, zone: null }),
    ...change(at + 1),
  }))
}

test('what is launched alike goes into as few calls as tags hold', () => {
  const batches = requests({}, servers(100))
  expect(batches.length).toBeLessThanOrEqual(6)
  expect(batches.reduce((sum, { request }) => sum + request.count, 0)).toBe(100)
  expect(batches[0]?.request.tags).toMatchObject({ Name: 'shop web', 'farmhand:workspace': 'w1' })
})

test.each<[string, RoleChange, (index: number) => Partial<Server>, number]>([
  ['zones', {}, (index) => ({ zone: index % 2 ? 'a' : 'b' }), 2],
  ['subnets', {}, (index) => ({ zone: 'a', subnetId: `subnet-${index % 3}` }), 3],
  ['types', {}, (index) => ({ instanceType: index === 4 ? 't3.small' : 't3.micro' }), 2],
  ['private addresses', { network: { privateIps: { '2': '10.0.0.2', '3': '10.0.0.3' } } }, () => ({}), 3],
  ['names', { cloudFeatures: { nameTemplate: 'w{index}' } }, () => ({}), 6],
  ['tags', { tags: { slot: '{SCALR_INSTANCE_INDEX}' } }, () => ({}), 6],
  ['user data', { userData: 'echo {SCALR_INSTANCE_INDEX}' }, () => ({}), 6],
  ['texts that are the same', { tags: { farm: '{farm}' }, userData: 'echo ${index}' }, () => ({}), 1],
])('%s of their own split calls', (_what, role, change, calls) => {
  expect(requests(role, servers(6, change))).toHaveLength(calls)
})

test('the farm’s tags, then the farm role’s, then Farmhand’s own; the Name as it is designed', () => {
  const [batch] = requests(
    {
      tags: { tier: 'front', team: '{alias}' },
      cloudFeatures: { nameTemplate: '{farm}-{alias}-{index}' },
      network: { publicAddress: 'no' },
      storage: { root: { sizeGib: 20 } },
    },
    servers(1),
    { tags: { tier: 'any', cost: '{location}', 'farmhand:farm': 'forged' } },
  )
  expect(batch?.request.tags).toEqual({
    tier: 'front',
    cost: 'sandbox-east-1',
    team: 'web',
    Name: 'shop-web-1',
    'farmhand:workspace': 'w1',
    'farmhand:farm': 'farm-1',
    'farmhand:farm-role': 'web',
    'farmhand:server': 'server-0001',
  })
  expect(batch?.request).toMatchObject({ publicAddress: false, rootDisk: null })
})

test('a spot server is neither protected nor kept when its system halts', () => {
  const [batch] = requests(
    {
      cloudFeatures: {
        spot: { maxPricePerHour: 0.01 },
        terminationProtection: true,
        shutdownBehavior: 'terminate',
      },
    },
    servers(1),
  )
  expect(batch?.request).toMatchObject({
    spot: { maxPricePerHour: 0.01 },
    terminationProtection: false,
    shutdownBehavior: 'stop',
  })
})
