import { afterAll, beforeAll, expect, test } from 'vitest'
import { aFarm, aServer } from '../../../../tests/support/designs.ts'
import { silentLog } from '../../../../tests/support/logs.ts'
import { east, type SandboxCloud, startSandboxCloud } from '../../../../tests/support/sandbox-cloud.ts'
import { planRules } from '../../../../shared/logic/security-groups/security-group-rules.ts'
import { TAGS } from '../../../../shared/model/tags.ts'
import type { FarmDesign } from '../../../../shared/model/farms.ts'
import { CloudId } from '../../../../shared/model/ids.ts'
import { Image } from '../../../../shared/model/images.ts'
import { Secret } from '../../../../shared/model/secret.ts'
import { GroupRule, type SecurityGroup } from '../../../../shared/model/security-groups.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { systemClock } from '../../../headless/index.ts'
import { createAwsProvider } from '../../../clouds/aws/index.ts'
import type { CloudProvider } from '../../clouds/index.ts'
import { SecurityGroups } from './security-groups.ts'

const cloudId = CloudId.parse('cloud-1')
const place = { cloudId, location: east }
const image = Image.parse({
  id: 'image-1',
  name: 'linux',
  cloudId,
  location: east,
  source: { kind: 'id', cloudImageId: 'ami-1' },
  os: { family: 'sandbox', version: '1.0' },
  architecture: 'x86_64',
  ssh: { user: 'farmhand', port: 2222 },
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
})

let cloud: SandboxCloud
let provider: CloudProvider
let told: string[] = []
beforeAll(async () => {
  cloud = await startSandboxCloud()
  const { endpoint, accessKeyId, secretAccessKey } = cloud.address
  provider = createAwsProvider({
    signIn: { kind: 'keys', accessKeyId, secretAccessKey: new Secret(secretAccessKey) },
    endpoint,
    clock: systemClock,
    log: silentLog,
  })
})
afterAll(async () => {
  provider.close()
  await cloud.remove()
})

/** The groups of the Sandbox, by whoever uses them. */
function groups(users: { farms?: FarmDesign[]; servers?: Server[] } = {}): SecurityGroups {
  told = []
  return new SecurityGroups({
    clouds: {
      get: () => ({ id: cloudId, name: 'Sandbox', locations: [east] }),
      watch: (_cloudId, _location, call) => call(provider),
    },
    catalogs: { keepSecurityGroups: async () => undefined },
    workspace: {
      id: 'ws',
      farms: { list: () => users.farms ?? [] },
      servers: { all: () => users.servers ?? [] },
      roles: { imageOf: () => image },
    },
    maker: { forgetEnsured: () => undefined },
    events: { tell: async (kind) => void told.push(kind) },
  })
}

const rule = (change: Record<string, unknown> = {}) =>
  GroupRule.parse({ fromPort: 22, toPort: 22, peer: { kind: 'cidr', cidr: '10.0.0.0/8' }, ...change })

async function made(name: string): Promise<SecurityGroup> {
  return groups().create({ ...place, name, description: `The ${name}`, vpcId: null })
}

async function apply(group: SecurityGroup, wanted: readonly GroupRule[]) {
  const input = { ...place, groupId: group.id, rules: [...wanted] }
  const { basis } = await groups().planRules(input)
  return groups().applyRules({ ...input, basis })
}

test('a group is made once by its name, ours, without a rule that lets anybody in', async () => {
  const group = await made('shop')
  expect(told).toEqual(['SecurityGroupCreated'])
  expect(group).toMatchObject({ name: 'shop', description: 'The shop', isOurs: true, isDefault: false })
  expect(group.rules.filter(({ direction }) => direction === 'in')).toEqual([])
  await expect(made('shop')).rejects.toMatchObject({
    code: 'input.conflict',
    details: { faults: [{ path: 'name', message: expect.stringContaining('another name') }] },
  })
})

test('rules of every kind go to the cloud and come back the same', async () => {
  const group = await made('kinds')
  const wanted = [
    rule({ comment: 'office' }),
    rule({ fromPort: 8000, toPort: 8010, peer: { kind: 'cidr', cidr: '2001:db8::/32' } }),
    rule({ protocol: 'udp', fromPort: 53, toPort: 53, peer: { kind: 'group', groupId: group.id } }),
    rule({ protocol: 'icmp', fromPort: 8, toPort: -1 }),
    rule({ protocol: '50', fromPort: null, toPort: null }),
    rule({ protocol: 'all', fromPort: null, toPort: null, direction: 'out' }),
  ]
  const outcome = await apply(group, wanted)
  expect(outcome).toMatchObject({ failed: [], done: 7 })
  expect(new Set(outcome.group.rules)).toEqual(new Set(wanted))
  const inCloud = await groups().get({ ...place, groupId: group.id })
  expect(new Set(inCloud.rules)).toEqual(new Set(wanted))
})

test('a rule change asks the cloud once how the group is, and again only after a failure', async () => {
  const group = await made('once')
  const lists = () => cloud.sandbox.faults.calls()['DescribeSecurityGroups'] ?? 0
  const change = async (rules: readonly GroupRule[]) => {
    const input = { ...place, groupId: group.id, rules: [...group.rules, ...rules] }
    const { basis } = planRules(await groups().get(input), input.rules)
    const before = lists()
    const { failed } = await groups().applyRules({ ...input, basis })
    return { failures: failed.length, lists: lists() - before }
  }
  expect(await change([rule(), rule({ fromPort: 80, toPort: 80 })])).toEqual({ failures: 0, lists: 1 })
  expect(await change([rule({ comment: 'office' })])).toEqual({ failures: 0, lists: 1 })
  const unknown = { kind: 'group', groupId: 'sg-0123456789abcdef0' }
  expect(await change([rule({ peer: unknown })])).toEqual({ failures: 2, lists: 2 })
  const before = lists()
  await groups().remove({ ...place, groupId: group.id })
  expect(lists() - before).toBe(1)
})

test('only differences are sent: a comment alone changes in place, and the same rules again send nothing', async () => {
  const group = await made('differences')
  const out = group.rules
  const first = await apply(group, [...out, rule(), rule({ fromPort: 80, toPort: 80 })])
  const before = { ...cloud.sandbox.faults.calls() }
  const second = await apply(first.group, [
    ...out,
    rule({ comment: 'office' }),
    rule({ fromPort: 443, toPort: 443 }),
  ])
  const after = cloud.sandbox.faults.calls()
  const sent = (action: string) => (after[action] ?? 0) - (before[action] ?? 0)
  expect(sent('AuthorizeSecurityGroupIngress')).toBe(1)
  expect(sent('RevokeSecurityGroupIngress')).toBe(1)
  expect(sent('UpdateSecurityGroupRuleDescriptionsIngress')).toBe(1)
  expect(sent('AuthorizeSecurityGroupEgress') + sent('RevokeSecurityGroupEgress')).toBe(0)
  expect(second.group.rules.find(({ fromPort }) => fromPort === 22)?.comment).toBe('office')
  const third = await groups().applyRules({
    ...place,
    groupId: group.id,
    rules: second.group.rules,
    basis: 'old',
  })
  expect(third).toMatchObject({ done: 0, failed: [] })
})

test('a plan that is out of date is refused', async () => {
  const group = await made('stale')
  const wanted = [...group.rules, rule()]
  const { basis } = await groups().planRules({ ...place, groupId: group.id, rules: wanted })
  await apply(group, [...group.rules, rule({ fromPort: 80, toPort: 80 })])
  await expect(
    groups().applyRules({ ...place, groupId: group.id, rules: wanted, basis }),
  ).rejects.toMatchObject({
    code: 'input.conflict',
    message: expect.stringContaining('changed elsewhere'),
  })
})

test('a rule that the cloud refuses keeps no other from being made, and nothing is taken away then', async () => {
  const group = await made('partly')
  const { group: before } = await apply(group, [...group.rules, rule()])
  const unknown = { kind: 'group', groupId: 'sg-0123456789abcdef0' }
  const outcome = await apply(before, [
    ...group.rules,
    rule({ fromPort: 80, toPort: 80 }),
    rule({ peer: unknown }),
  ])
  expect(outcome.done).toBe(1)
  expect(outcome.failed.map(({ change, error }) => [change, error.code])).toEqual([
    ['add', 'cloud.not_found'],
    ['remove', 'input.conflict'],
  ])
  const ports = outcome.group.rules
    .filter(({ direction }) => direction === 'in')
    .map(({ fromPort }) => fromPort)
  expect(ports.sort()).toEqual([22, 80])
})

test('rules that make no sense are refused by their place', async () => {
  const group = await made('faults')
  const wrong = [rule(), rule({ peer: { kind: 'cidr', cidr: '10.0.0.0/99' } })]
  await expect(groups().planRules({ ...place, groupId: group.id, rules: wrong })).rejects.toMatchObject({
    code: 'input.invalid',
    details: { faults: [{ path: 'rules[1].peer.cidr' }] },
  })
})

test('a group is not deleted while farms, servers or other groups use it, and the refusal names them', async () => {
  const group = await made('used')
  const other = await made('other')
  await apply(other, [...other.rules, rule({ peer: { kind: 'group', groupId: group.id } })])
  const farm = aFarm({}, [{ securityGroups: { mode: 'named', groups: ['used'] } }])
  const server = aServer({ securityGroupIds: [group.id] })
  const input = { ...place, groupId: group.id }
  const used = groups({ farms: [farm], servers: [server] })
  expect((await used.get(input)).usage).toEqual({
    designs: [{ farmId: 'farm-1', name: 'shop / web' }],
    servers: [{ serverId: 'server-1', name: 'shop / web #1' }],
    groups: [{ id: other.id, name: 'other' }],
    sshPorts: [2222],
  })
  await expect(used.remove(input)).rejects.toMatchObject({
    code: 'input.conflict',
    message: expect.stringMatching(/farm shop \/ web, server shop \/ web #1, rules of group other/),
  })
  await apply(other, other.rules)
  await groups().remove(input)
  expect(told).toEqual(['SecurityGroupDeleted'])
  await expect(groups().get(input)).rejects.toMatchObject({ code: 'input.not_found' })
})

test('what Farmhand does not know of still keeps a group, in the cloud’s name', async () => {
  const group = await made('elsewhere')
  await cloud.launch({ SecurityGroupIds: [group.id] })
  await expect(groups().remove({ ...place, groupId: group.id })).rejects.toMatchObject({
    code: 'input.conflict',
    message: expect.stringContaining('does not manage'),
  })
})

test('the group of a VPC stays', async () => {
  const [group] = (await groups().list(place)).filter(({ isDefault }) => isDefault)
  await expect(groups().remove({ ...place, groupId: group?.id ?? '' })).rejects.toMatchObject({
    code: 'input.conflict',
  })
})

test('rules that Farmhand makes sure of are told apart, and a plan without them says that they come back', async () => {
  const farm = aFarm()
  const tags = { [TAGS.workspace]: 'ws', [TAGS.farm]: farm.id, [TAGS.farmRole]: farm.roles[0]?.id ?? '' }
  const { id } = await provider.securityGroups.ensure(east, {
    name: 'farmhand-role.web',
    description: 'web of shop',
    vpcId: null,
    rulesFor: () => [rule({ fromPort: 2222, toPort: 2222, peer: { kind: 'cidr', cidr: '0.0.0.0/0' } })],
    tags,
  })
  const ours = groups({ farms: [farm] })
  const group = await ours.get({ ...place, groupId: id })
  expect(group.ensured).toHaveLength(2)
  expect(group.usage.designs).toEqual([{ farmId: 'farm-1', name: 'shop / web' }])
  const { warnings } = await ours.planRules({ ...place, groupId: id, rules: [] })
  expect(warnings).toEqual([expect.stringContaining('tcp 2222 from 0.0.0.0/0 again at the next launch')])
})
