import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { FarmInput } from '../../../../shared/model/farms.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { east, type SandboxCloud, startSandboxCloud } from '../../../../tests/support/sandbox-cloud.ts'
import { killInCloud } from '../../../../tests/support/sandbox-engine.ts'
import { openEngine, temporaryDirectory, until } from '../../../../tests/support/test-engine.ts'
import type { Engine } from '../../engine.ts'

// A lane that has nothing on its way looks every 15 seconds.
vi.setConfig({ testTimeout: 120_000 })

/** The whole engine on the real Sandbox over HTTP and SSH: where servers are put, how they are reached and called. */
let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let cloud: SandboxCloud
let engine: Engine
let place: { roleId: Server['roleId']; cloudId: Server['cloudId']; location: string }

beforeEach(async () => {
  directory = await temporaryDirectory()
  cloud = await startSandboxCloud()
  engine = await openEngine({ dataDir: directory.path })
  await engine.start()
  const { endpoint, accessKeyId, secretAccessKey } = cloud.address
  const account = await engine.clouds.addAws({
    name: 'Test',
    accessKeyId,
    secretAccessKey,
    locations: [east],
    endpoint,
  })
  const image = await engine.images.create({
    name: 'linux',
    cloudId: account.id,
    location: east,
    source: { kind: 'newest', owner: 'sandbox', namePattern: 'sandbox-linux-*' },
    os: { family: 'sandbox' },
    architecture: 'x86_64',
    ssh: { user: 'farmhand', port: 2222 },
  })
  const role = await engine.roles.create({ name: 'linux', osFamily: 'sandbox', imageIds: [image.id] })
  place = { roleId: role.id, cloudId: account.id, location: east }
})
afterEach(async () => {
  await engine.stop()
  await cloud.remove()
  await directory.remove()
})

type RoleInput = NonNullable<FarmInput['roles']>[number]

async function launch(change: Partial<RoleInput>, farmChange: Partial<FarmInput> = {}) {
  const farm = await engine.farms.create({
    name: 'shop',
    roles: [{ alias: 'web', instanceType: 't3.micro', ...place, ...change }],
    ...farmChange,
  })
  await engine.farms.launch({ farmId: farm.id })
  return farm
}

async function servers(status?: Server['status']): Promise<Server[]> {
  const all = await engine.servers.list({ includeTerminated: status === 'terminated' })
  return all.filter((server) => status === undefined || server.status === status)
}

async function running(count: number): Promise<Server[]> {
  return until(async () => {
    const up = await servers('running')
    return up.length === count && up.sort((a, b) => a.index - b.index)
  }, 60_000)
}

async function output(server: Server, ...argv: string[]): Promise<string> {
  let text = ''
  const signal = new AbortController().signal
  for await (const message of engine.servers.exec({ serverId: server.id, argv }, { signal })) {
    if (message.kind === 'stdout') text += Buffer.from(message.base64, 'base64').toString('utf8')
  }
  return text.trim()
}

async function eventsOf(farmId: string) {
  return (await engine.events.list({ farmId, limit: 1000 })).reverse()
}

test('a replacement has the index, the address and the host name of the server that was killed (scenarios 22, 28)', async () => {
  const farm = await launch({
    scaling: { min: 2, max: 2 },
    zones: ['sandbox-east-1b', 'sandbox-east-1a'],
    network: { elasticIps: { enabled: true }, hostname: '{alias}-{index}.{farm}' },
    tags: { slot: '{location}' },
    cloudFeatures: {
      iamInstanceProfile: 'sandbox-web',
      detailedMonitoring: true,
      cpu: { cores: 1, threadsPerCore: 1 },
    },
  })
  const before = await running(2)
  expect(before.map(({ zone }) => zone)).toEqual(['sandbox-east-1b', 'sandbox-east-1a'])
  expect(before.map(({ hostname }) => hostname)).toEqual(['web-1.shop', 'web-2.shop'])
  for (const server of before) {
    expect(server.ssh?.host).toBe(server.elasticIp)
    expect(await output(server, 'hostname')).toBe(server.hostname)
  }
  const [first] = before
  if (!first) throw new Error('two servers')
  const [instance] = await cloud.describe(first.cloudServerId ?? '')
  expect(instance).toMatchObject({
    PublicIpAddress: first.elasticIp,
    Monitoring: { State: 'enabled' },
    CpuOptions: { CoreCount: 1, ThreadsPerCore: 1 },
    IamInstanceProfile: { Arn: expect.stringMatching(/sandbox-web$/) as string },
    Tags: expect.arrayContaining([{ Key: 'slot', Value: east }]) as unknown[],
  })

  await killInCloud(cloud, engine, first)
  const after = await until(async () => {
    const up = await running(2)
    return up[0]?.id !== first.id && up
  }, 60_000)
  expect(after[0]).toMatchObject({
    index: 1,
    elasticIp: first.elasticIp,
    hostname: 'web-1.shop',
    zone: 'sandbox-east-1b',
    launchReason: 'replacement',
  })
  expect(after[0]?.ssh?.host).toBe(first.elasticIp)
  if (after[0]) expect(await output(after[0], 'hostname')).toBe('web-1.shop')
  const told = await eventsOf(farm.id)
  expect(told.find(({ kind, serverId }) => kind === 'HostDown' && serverId === first.id)).toBeDefined()
  expect((await engine.servers.get({ serverId: first.id })).terminateReason).toBe('crashed')
  const led = told.filter(({ reason }) => reason === 'the Elastic IP of its index')
  expect(led.map(({ kind }) => kind)).toEqual(Array.from({ length: 3 }, () => 'IPAddressChanged'))
})

test('scenario 15: a farm that was terminated and launched again has its host name, address and key again', async () => {
  const farm = await launch({
    scaling: { min: 1, max: 1 },
    network: { elasticIps: { enabled: true }, hostname: '{alias}{index}' },
  })
  const [first] = await running(1)
  const keys = await engine.keys.list()
  await engine.farms.terminate({ farmId: farm.id })
  await until(async () => (await engine.farms.get({ farmId: farm.id })).state.status === 'terminated', 60_000)
  await engine.farms.launch({ farmId: farm.id })
  const [second] = await running(1)
  expect(second?.id).not.toBe(first?.id)
  expect(second).toMatchObject({ hostname: 'web1', elasticIp: first?.elasticIp })
  // Scenario 58: the farm's key in this location is made once.
  expect(await engine.keys.list()).toEqual(keys)

  await engine.farms.terminate({ farmId: farm.id, deleteCloudObjects: true })
  await until(async () => (await engine.farms.get({ farmId: farm.id })).state.status === 'terminated', 60_000)
  await until(async () => cloud.sandbox.addresses().length === 0)
})

test('scenario 31: an invalid host name makes the server Failed, and it stays for inspection', async () => {
  const farm = await launch(
    { scaling: { min: 1, max: 1 }, network: { hostname: '{alias}-{farm}' } },
    { name: 'a name that is far longer than anything that a Linux host is called' },
  )
  const failed = await until(async () => (await servers()).find(({ initFailedAt }) => initFailedAt !== null))
  expect(failed).toMatchObject({ status: 'initializing', error: { code: 'farm.invalid' } })
  // An event is told after the change that it tells of.
  const told = await until(async () => {
    const soFar = await eventsOf(farm.id)
    return soFar.some(({ kind }) => kind === 'HostInitFailed') && soFar
  })
  expect(told.map(({ kind }) => kind)).not.toContain('HostUp')
  expect(await servers()).toHaveLength(1)
})

describe('spot', () => {
  test('a price above the cap waits with the error, and launches once the price falls (scenario 27: no Suspend)', async () => {
    await cloud.sandbox.faults.inject({ kind: 'spot-price', factor: 100 })
    await launch({
      scaling: { min: 1, max: 1 },
      cloudFeatures: { spot: { maxPricePerHour: 0.01 }, shutdownBehavior: 'terminate' },
    })
    const waiting = await until(async () => (await servers()).find(({ error }) => error !== null))
    expect(waiting).toMatchObject({
      status: 'pending-launch',
      spot: true,
      error: { code: 'cloud.capacity', details: { cloudCode: 'SpotMaxPriceTooLow' } },
    })
    cloud.sandbox.faults.clear()
    const [server] = await running(1)
    const [instance] = await cloud.describe(server?.cloudServerId ?? '')
    expect(instance?.InstanceLifecycle).toBe('spot')
    await expect(engine.servers.suspend({ serverId: server?.id ?? '' })).rejects.toMatchObject({
      code: 'server.wrong_status',
    })
  })
})

test('a type without room is asked for as the next one', async () => {
  await cloud.sandbox.faults.inject({ kind: 'no-capacity', calls: 1 })
  await launch({
    zone: 'sandbox-east-1a',
    scaling: { min: 3, max: 3 },
    cloudFeatures: { backupInstanceTypes: ['t3.small'] },
  })
  const up = await running(3)
  expect(up.map(({ instanceType }) => instanceType)).toEqual(['t3.small', 't3.small', 't3.small'])
  expect(cloud.sandbox.faults.calls()['RunInstances']).toBe(2)
})

test('a zone without room is passed over for another one', async () => {
  await cloud.sandbox.faults.inject({ kind: 'no-capacity', zone: 'sandbox-east-1a' })
  await launch({ zones: ['sandbox-east-1a', 'sandbox-east-1b'], scaling: { min: 2, max: 2 } })
  const up = await running(2)
  expect(up.map(({ zone }) => zone)).toEqual(['sandbox-east-1b', 'sandbox-east-1b'])
})

test('subnets of a VPC: balanced, with groups made there, fixed private addresses and no public one', async () => {
  const catalog = await engine.clouds.catalog({ cloudId: place.cloudId, location: east })
  const lab = catalog.vpcs.find(({ name }) => name === 'lab')
  const subnets = catalog.subnets.filter(({ name }) => name?.startsWith('lab-private'))
  await launch({
    scaling: { min: 3, max: 3 },
    network: {
      vpcId: lab?.id ?? null,
      subnetIds: subnets.map(({ id }) => id),
      publicAddress: 'no',
      privateIps: { '2': '127.64.48.77' },
    },
    storage: { root: { sizeGib: 20 } },
  })
  const up = await running(3)
  expect(up.map(({ zone }) => zone)).toEqual(['sandbox-east-1a', 'sandbox-east-1b', 'sandbox-east-1a'])
  expect(up.map(({ publicIp }) => publicIp)).toEqual([null, null, null])
  expect(up[1]).toMatchObject({ privateIp: '127.64.48.77', subnetId: subnets[1]?.id })
  const instances = await cloud.describe(...up.map(({ cloudServerId }) => cloudServerId ?? ''))
  expect(new Set(instances.map(({ VpcId }) => VpcId))).toEqual(new Set([lab?.id]))
  expect(instances[0]?.SecurityGroups).toHaveLength(2)
  if (up[1]) expect(await output(up[1], 'echo', 'reached')).toBe('reached')
})
