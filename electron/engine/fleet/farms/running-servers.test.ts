import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeAddressesCommand,
  DisassociateAddressCommand,
  ModifyInstanceAttributeCommand,
} from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { FarmInput } from '../../../../shared/model/farms.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { outputOf, type SandboxEngine, startSandboxEngine } from '../../../../tests/support/sandbox-engine.ts'
import { until } from '../../../../tests/support/test-engine.ts'

// A lane that has nothing on its way looks every 15 seconds.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 })

/** What a design says later reaches the servers that run: the whole engine on the Sandbox's EC2 endpoint and SSH. */
let world: SandboxEngine
beforeEach(async () => {
  world = await startSandboxEngine()
})
afterEach(() => world.remove())

type RoleInput = NonNullable<FarmInput['roles']>[number]

const east = 'sandbox-east-1'

async function save(change: Partial<RoleInput>): Promise<void> {
  const [farm] = await world.engine.farms.list()
  if (!farm) throw new Error('a farm')
  const { name, roles } = farm
  const farmId = farm.id
  await world.engine.farms.update({
    farmId,
    farm: { name, roles: roles.map((role) => ({ ...role, ...change })) },
  })
}

async function planned(change: Partial<RoleInput>): Promise<string[]> {
  const [farm] = await world.engine.farms.list()
  if (!farm) throw new Error('a farm')
  const draft = { name: farm.name, roles: farm.roles.map((role) => ({ ...role, ...change })) }
  const plan = await world.engine.farms.plan({ farmId: farm.id, purpose: 'apply', draft })
  return plan.groups.flatMap(({ items }) =>
    items.filter(({ action }) => action !== 'keep').map(({ name, reason }) => `${name}: ${reason}`),
  )
}

async function group(name: string): Promise<string> {
  const { GroupId = '' } = await world.sandbox.ec2.send(
    new CreateSecurityGroupCommand({ GroupName: name, Description: name }),
  )
  await world.sandbox.ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [
        { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
      ],
    }),
  )
  // What is made in the cloud is named once the catalogue knows it.
  await world.engine.securityGroups.list({ cloudId: world.cloudId, location: east })
  return GroupId
}

async function groupsInCloud(servers: readonly Server[]): Promise<string[][]> {
  const instances = await world.sandbox.describe(...servers.map(({ cloudServerId }) => cloudServerId ?? ''))
  const names = new Map(
    instances.map(({ InstanceId = '', SecurityGroups = [] }) => [
      InstanceId,
      SecurityGroups.map(({ GroupName = '' }) => GroupName.replace(/\..*/, '')).sort(),
    ]),
  )
  return servers.map(({ cloudServerId }) => names.get(cloudServerId ?? '') ?? [])
}

function current(servers: readonly Server[]): Promise<Server[]> {
  return Promise.all(servers.map(({ id }) => world.engine.servers.get({ serverId: id })))
}

/** How often each changing call was made since. */
function callsSince(before: Readonly<Record<string, number>>): Record<string, number> {
  const changing = Object.entries(world.sandbox.sandbox.faults.calls()).filter(
    ([action]) => !/^(?:Describe|Get)/.test(action),
  )
  return Object.fromEntries(
    changing.flatMap(([action, count]) => {
      const more = count - (before[action] ?? 0)
      return more > 0 ? [[action, more]] : []
    }),
  )
}

test('reference 7.4: groups that a design gains reach running servers by exactly the planned calls; those of the launch stay', async () => {
  const [web, vpn] = ['web', 'vpn']
  await group(web)
  await group(vpn)
  const servers = await world.launch('shop', {
    scaling: { min: 2, max: 2 },
    securityGroups: { mode: 'default', additional: [web] },
  })
  const defaults = ['farmhand-farm', 'farmhand-role']
  expect(await groupsInCloud(servers)).toEqual([
    [...defaults, web],
    [...defaults, web],
  ])

  const wanted: Partial<RoleInput> = { securityGroups: { mode: 'default', additional: [vpn] } }
  expect(await planned(wanted)).toEqual([
    'web: Its design changes',
    'security groups of web: Applies at once to 2 running servers; groups that a server was launched with stay on it',
    'web #1: It gets its security groups at once',
    'web #2: It gets its security groups at once',
  ])
  const before = { ...world.sandbox.sandbox.faults.calls() }
  await save(wanted)
  const all = [...defaults, vpn, web]
  await until(
    async () => (await groupsInCloud(servers)).every((names) => names.join() === all.join()),
    60_000,
  )
  const told = await until(async () => {
    const all = await world.engine.events.list({ limit: 1000 })
    const messages = all.filter(({ kind }) => kind === 'ServerGroupsChanged').map(({ message }) => message)
    return messages.length === 2 && messages.sort()
  })
  expect(callsSince(before)).toEqual({ ModifyInstanceAttribute: 2 })
  expect(told).toEqual([
    'Security groups of web #1 of shop: it got vpn',
    'Security groups of web #2 of shop: it got vpn',
  ])
  expect(await planned({})).toEqual([])

  // What the design gave after the launch, the design takes away again; the launch's stays.
  await save({ securityGroups: { mode: 'default', additional: [] } })
  const first = [...defaults, web]
  await until(
    async () => (await groupsInCloud(servers)).every((names) => names.join() === first.join()),
    60_000,
  )
  expect(callsSince(before)).toEqual({ ModifyInstanceAttribute: 4 })
})

test('a group that is gone is said on the server, and given once it is there; what is changed by hand in the cloud is mended', async () => {
  const [server] = await world.launch('shop', { scaling: { min: 1, max: 1 } })
  if (!server) throw new Error('a server')
  // Known from the catalogue, and deleted since.
  const place = { cloudId: world.cloudId, location: east }
  const gone = await world.engine.securityGroups.create({
    ...place,
    name: 'late',
    description: 'late',
    vpcId: null,
  })
  await world.sandbox.ec2.send(new DeleteSecurityGroupCommand({ GroupId: gone.id }))
  await save({ securityGroups: { mode: 'default', additional: ['late'] } })
  const told = await until(async () => (await current([server]))[0]?.unkept?.[0], 60_000)
  expect(told).toMatchObject({ name: 'security-groups', error: { code: 'farm.invalid' } })

  await group('late')
  await world.reopen()
  const wanted = ['farmhand-farm', 'farmhand-role', 'late'].join()
  await until(async () => (await groupsInCloud([server]))[0]?.join() === wanted, 60_000)
  const mended = await until(async () => {
    const [now] = await current([server])
    return now?.unkept?.length === 0 && now
  }, 60_000)

  await world.sandbox.ec2.send(
    new ModifyInstanceAttributeCommand({
      InstanceId: server.cloudServerId ?? '',
      Groups: mended.groups?.atLaunch ?? [],
    }),
  )
  await until(async () => (await groupsInCloud([server]))[0]?.length === 2)
  await until(async () => (await groupsInCloud([server]))[0]?.join() === wanted, 60_000)
})

test('reference 3.6 and 3.4: an address and a host name that are switched on later reach running servers; what was taken away comes back', async () => {
  const servers = await world.launch('shop', { scaling: { min: 2, max: 2 } })
  const before = { ...world.sandbox.sandbox.faults.calls() }
  await save({
    network: { elasticIps: { enabled: true }, hostname: '{alias}-{index}' },
  })
  const named = await until(async () => {
    const now = await current(servers)
    return (
      now.every(
        ({ elasticIp, hostname, alias, index }) => elasticIp !== null && hostname === `${alias}-${index}`,
      ) && now
    )
  }, 60_000)
  expect(callsSince(before)).toEqual({ AllocateAddress: 2, AssociateAddress: 2 })
  for (const server of named) {
    expect(server.ssh?.host).toBe(server.elasticIp)
    expect(await outputOf(world.engine, server.id, 'hostname')).toBe(server.hostname)
  }

  // Fault 13: somebody takes the address away.
  const [first] = named
  const { Addresses = [] } = await world.sandbox.ec2.send(new DescribeAddressesCommand({}))
  const address = Addresses.find(({ InstanceId }) => InstanceId === first?.cloudServerId)
  await world.sandbox.ec2.send(new DisassociateAddressCommand({ AssociationId: address?.AssociationId }))
  const back = await until(async () => {
    const [instance] = await world.sandbox.describe(first?.cloudServerId ?? '')
    return instance?.PublicIpAddress === first?.elasticIp
  }, 60_000)
  expect(back).toBe(true)

  // Switched off: nobody loses an address, and the farm keeps it.
  await save({ network: { elasticIps: { enabled: false } } })
  const [farm] = await world.engine.farms.list()
  expect(await world.engine.farms.resources({ farmId: farm?.id ?? '' })).toHaveLength(2)
  expect((await current(servers)).map(({ elasticIp }) => elasticIp)).toEqual(
    named.map(({ elasticIp }) => elasticIp),
  )
})

test('reference 3.7: servers that differ from the saved design are replaced one by one on request, and only then', async () => {
  const before = await world.launch('shop', { scaling: { min: 2, max: 2 } })
  const farmId = before[0]?.farmId ?? ('' as never)
  await save({ instanceType: 't3.small' })
  expect((await current(before)).map(({ status, instanceType }) => [status, instanceType])).toEqual([
    ['running', 't3.micro'],
    ['running', 't3.micro'],
  ])
  const plan = await world.engine.farms.planReplaceServers({ farmId })
  expect(plan).toMatchObject({
    counts: { replaced: 2, kept: 0 },
    servers: [
      { mode: 'ahead', differences: [{ field: 'instance type', design: 't3.small', running: 't3.micro' }] },
      { mode: 'ahead' },
    ],
  })
  const job = await world.ended((await world.engine.farms.replaceServers({ farmId })).jobId)
  expect(job).toMatchObject({ state: 'done' })
  const after = (await world.engine.servers.list({ farm: farmId })).sort((a, b) => a.index - b.index)
  expect(after.map(({ index, instanceType, status }) => [index, instanceType, status])).toEqual([
    [1, 't3.small', 'running'],
    [2, 't3.small', 'running'],
  ])
  await expect(world.engine.farms.replaceServers({ farmId })).rejects.toMatchObject({ code: 'input.invalid' })
})
