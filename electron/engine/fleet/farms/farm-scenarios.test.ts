import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../../../shared/model/errors.ts'
import type { FarmInput } from '../../../../shared/model/farms.ts'
import { FastClock } from '../../../../tests/support/clocks.ts'
import { MemoryCloud } from '../../../../tests/support/memory-cloud.ts'
import {
  memoryDoors,
  memoryEngine,
  openEngine,
  temporaryDirectory,
  until,
} from '../../../../tests/support/test-engine.ts'

/** The reference's scenarios for farms, on a whole engine with a cloud in memory. */

/** A cloud that can be out of reach, and that counts the instances it made and ended. */
class CountingCloud extends MemoryCloud {
  isReachable = true
  readonly made: string[] = []
  readonly ended: string[] = []

  #reach(): void {
    if (!this.isReachable)
      throw new AppError('cloud.unreachable', { message: 'No way to the cloud.', retryable: true })
  }

  constructor() {
    super()
    const { instances, keyPairs } = this
    const really = {
      listByTag: instances.listByTag.bind(instances),
      launch: instances.launch.bind(instances),
      terminate: instances.terminate.bind(instances),
      ensure: keyPairs.ensure,
    }
    instances.listByTag = async (...args) => {
      this.#reach()
      return really.listByTag(...args)
    }
    keyPairs.ensure = async () => {
      this.#reach()
      return really.ensure()
    }
    instances.launch = async (...args) => {
      this.#reach()
      const before = instances.all.size
      const made = await really.launch(...args)
      if (instances.all.size > before) this.made.push(...made.map(({ id }) => id))
      return made
    }
    instances.terminate = async (location, ids) => {
      this.#reach()
      this.ended.push(...ids)
      return really.terminate(location, ids)
    }
  }
}

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let cloud: CountingCloud
let clock: FastClock
let world: Awaited<ReturnType<typeof memoryEngine>>
beforeEach(async () => {
  directory = await temporaryDirectory()
  cloud = new CountingCloud()
  clock = new FastClock(50)
  world = await memoryEngine(directory.path, cloud, clock)
})
afterEach(async () => {
  await world.engine.stop()
  await directory.remove()
})

type RoleInput = NonNullable<FarmInput['roles']>[number]

function role(alias: string, change: Partial<RoleInput> = {}): RoleInput {
  return {
    alias,
    roleId: world.roleId,
    cloudId: world.cloudId,
    location: 'eu-central-1',
    instanceType: 't3.micro',
    scaling: { enabled: true, min: 1, max: 2 },
    ...change,
  }
}

async function done({ jobId }: { jobId: string }): Promise<void> {
  const job = await until(async () => {
    const now = await world.engine.jobs.get({ jobId })
    return now.state !== 'running' && now
  }, 60_000)
  expect(job).toMatchObject({ state: 'done' })
}

async function launched(input: Omit<FarmInput, 'name'>) {
  const farm = await world.engine.farms.create({ name: 'shop', ...input })
  await done(await world.engine.farms.launch({ farmId: farm.id }))
  return farm
}

/** A server's events are written just after it has moved on. */
const patient = { timeout: 20_000 }

/** What happened to the farm, oldest first: `ServerCreated web`. */
async function history(farmId: string): Promise<string[]> {
  const servers = await world.engine.servers.list({ farm: farmId, includeTerminated: true })
  const events = await world.engine.events.list({ farmId, limit: 1000 })
  return events.reverse().map((event) => {
    const server = servers.find(({ id }) => id === event.serverId)
    return server ? `${event.kind} ${server.alias}` : event.kind
  })
}

describe('launch', () => {
  test('scenario 1: the farm runs at once, and its server passes every status on the way up', async () => {
    const farm = await world.engine.farms.create({ name: 'shop', roles: [role('web')] })
    const job = await world.engine.farms.launch({ farmId: farm.id })
    expect((await world.engine.farms.get({ farmId: farm.id })).state.status).toBe('running')
    await done(job)
    await expect
      .poll(async () => (await history(farm.id)).filter((line) => line.endsWith(' web')), patient)
      .toEqual(['ServerCreated web', 'BeforeInstanceLaunch web', 'HostInit web', 'HostUp web'])
  })

  const order = () => [role('a', { launchIndex: 0 }), role('b', { launchIndex: 1 })]
  const positions = (farmId: string) =>
    until(async () => {
      const told = await history(farmId)
      const [bMade, aUp] = [told.indexOf('ServerCreated b'), told.indexOf('HostUp a')]
      return bMade >= 0 && aUp >= 0 && { bMade, aUp }
    }, patient.timeout)

  test('scenario 2: in a sequential launch no server of the second farm role exists before the first runs', async () => {
    const farm = await launched({ launchOrder: 'sequential', roles: order() })
    const { bMade, aUp } = await positions(farm.id)
    expect(bMade).toBeGreaterThan(aUp)
  })

  test('scenario 3: in a simultaneous launch both farm roles get servers in the first pass', async () => {
    const farm = await launched({ launchOrder: 'simultaneous', roles: order() })
    const { bMade, aUp } = await positions(farm.id)
    expect(bMade).toBeLessThan(aUp)
  })
})

test('scenario 4: a locked farm refuses everything, naming who locked it and why', async () => {
  const lease = { hours: 10, warnHours: [], extensions: 1, extensionHours: 1 }
  const farm = await launched({ lease, roles: [role('web')] })
  const { farms } = world.engine
  await farms.lock({ farmId: farm.id, comment: 'audit until Friday' })
  const { farmId, input } = { farmId: farm.id, input: { name: 'other', roles: [] } }
  const wishes = [
    farms.terminate({ farmId }),
    farms.suspend({ farmId }),
    farms.update({ farmId, farm: input }),
    farms.remove({ farmId }),
    farms.extendLease({ farmId }),
    farms.lock({ farmId, comment: 'again' }),
  ]
  for (const wish of wishes) {
    await expect(wish).rejects.toMatchObject({
      code: 'farm.locked',
      message: '“shop” is locked by tester: audit until Friday. Unlock it first.',
    })
  }
  await farms.unlock({ farmId })
  expect(await history(farmId)).toEqual(expect.arrayContaining(['FarmLocked', 'FarmUnlocked']))
})

describe('what a farm holds besides servers', () => {
  const withAddress = () => [role('web', { network: { elasticIps: { enabled: true, addresses: {} } } })]
  const addresses = () => [...cloud.addresses.all.values()].map(({ address }) => address)

  test('scenario 9: addresses stay when a farm is terminated, and the next launch uses them again', async () => {
    const farm = await launched({ roles: withAddress() })
    const before = addresses()
    expect(before).toHaveLength(1)
    await done(await world.engine.farms.terminate({ farmId: farm.id }))
    expect(addresses()).toEqual(before)
    expect(await world.engine.farms.resources({ farmId: farm.id })).toMatchObject([
      { kind: 'elastic-ip', index: 1, detail: before[0] },
    ])
    const plan = await world.engine.farms.plan({ farmId: farm.id })
    const planned = plan.groups.flatMap(({ items }) => items)
    expect(planned.find(({ kind }) => kind === 'elastic-ip')).toMatchObject({ action: 'keep' })
    await done(await world.engine.farms.launch({ farmId: farm.id }))
    expect(addresses()).toEqual(before)
    expect(await world.engine.servers.list({ farm: farm.id })).toMatchObject([{ elasticIp: before[0] }])
    expect(await history(farm.id)).toContain('ResourceKept')
  })

  test('scenario 10: they are released when that was asked, also when the engine died in between', async () => {
    const farm = await launched({ roles: withAddress() })
    cloud.isReachable = false
    await world.engine.farms.terminate({ farmId: farm.id, deleteCloudObjects: true })
    await world.engine.stop()
    cloud.isReachable = true
    const engine = await openEngine({ dataDir: directory.path, doors: memoryDoors(cloud), clock })
    world = { ...world, engine }
    await engine.start()
    await until(
      async () => (await engine.farms.get({ farmId: farm.id })).state.status === 'terminated',
      60_000,
    )
    expect(addresses()).toEqual([])
    expect(await engine.farms.resources({ farmId: farm.id })).toEqual([])
    expect(await history(farm.id)).toContain('ResourceReleased')
  })

  test('scenario 8: only a terminated farm can be deleted; what it kept goes only when that is asked', async () => {
    const farm = await launched({ roles: withAddress() })
    await expect(world.engine.farms.remove({ farmId: farm.id })).rejects.toMatchObject({
      code: 'farm.wrong_status',
    })
    await done(await world.engine.farms.terminate({ farmId: farm.id }))
    await done(await world.engine.farms.remove({ farmId: farm.id, deleteCloudObjects: true }))
    expect(addresses()).toEqual([])
    expect(await world.engine.farms.list()).toEqual([])
  })
})

test('scenario 12: a suspended farm stops its servers, and a resume brings each back', async () => {
  const farm = await launched({ roles: [role('web', { scaling: { enabled: true, min: 2, max: 2 } })] })
  await done(await world.engine.farms.suspend({ farmId: farm.id }))
  const statuses = async () =>
    (await world.engine.servers.list({ farm: farm.id })).map(({ status }) => status)
  expect(await statuses()).toEqual(['suspended', 'suspended'])
  expect((await world.engine.farms.get({ farmId: farm.id })).state.status).toBe('suspended')
  await done(await world.engine.farms.resume({ farmId: farm.id }))
  expect(await statuses()).toEqual(['running', 'running'])
  const count = async (line: string) => (await history(farm.id)).filter((one) => one === line).length
  await expect.poll(() => count('ResumeComplete web'), patient).toBe(2)
  expect(await count('HostUp web')).toBe(2)
  expect(cloud.made).toHaveLength(2)
})

test('a lease ends its farm over a restart of the engine, with the reason in the timeline', async () => {
  const lease = { hours: 1, warnHours: [], extensions: 1, extensionHours: 1 }
  const farm = await launched({ lease, roles: [role('web')] })
  const { leaseEndsAt } = (await world.engine.farms.get({ farmId: farm.id })).state
  const extended = await world.engine.farms.extendLease({ farmId: farm.id })
  expect(Date.parse(extended.state.leaseEndsAt ?? '') - Date.parse(leaseEndsAt ?? '')).toBe(3_600_000)
  await expect(world.engine.farms.extendLease({ farmId: farm.id })).rejects.toMatchObject({
    code: 'farm.wrong_status',
  })
  await world.engine.stop()
  clock.jump(3 * 3_600_000)
  const engine = await openEngine({ dataDir: directory.path, doors: memoryDoors(cloud), clock })
  world = { ...world, engine }
  await engine.start()
  await until(async () => (await engine.farms.get({ farmId: farm.id })).state.status === 'terminated', 60_000)
  expect(cloud.ended).toHaveLength(1)
  const events = await engine.events.list({ farmId: farm.id, limit: 100 })
  expect(events.find(({ kind }) => kind === 'FarmTerminated')?.reason).toContain('its lease ended at')
})

test('a design edited offline, the cloud back, the plan applied: exactly the planned calls, no more', async () => {
  const farm = await launched({
    roles: [role('web', { scaling: { enabled: true, min: 2, max: 2 } }), role('cache')],
  })
  const { id: farmId } = farm
  const keysBefore = cloud.calls['keyPairs.ensure'] ?? 0
  const [madeBefore, endedBefore] = [cloud.made.length, cloud.ended.length]
  cloud.isReachable = false
  const saved = await world.engine.farms.get({ farmId })
  const [web] = saved.roles
  if (!web) throw new Error('no farm role')
  const draft: FarmInput = {
    name: saved.name,
    roles: [
      { ...web, scaling: { ...web.scaling, min: 4, max: 4 }, instanceType: 'm6i.large' },
      role('db', { location: 'eu-west-1' }),
    ],
  }
  const plan = await world.engine.farms.plan({ farmId, purpose: 'apply', draft })
  expect(plan.counts).toMatchObject({ create: 3, remove: 1, keep: 2, replace: 0 })
  const items = plan.groups.flatMap((group) => group.items)
  const plannedKeys = items.filter(({ kind, action }) => kind === 'ssh-key' && action === 'create').length
  await world.engine.farms.update({ farmId, farm: draft })
  cloud.isReachable = true
  await until(async () => {
    const live = await world.engine.servers.list({ farm: farmId })
    return live.length === 5 && live.every(({ status }) => status === 'running')
  }, 60_000)
  // Some more passes, which must find nothing to do.
  const passes = (cloud.calls['instances.listByTag'] ?? 0) + 6
  await until(async () => (cloud.calls['instances.listByTag'] ?? 0) >= passes, 60_000)
  expect(cloud.made.length - madeBefore).toBe(plan.counts.create)
  expect(new Set(cloud.ended.slice(endedBefore)).size).toBe(plan.counts.remove)
  expect((cloud.calls['keyPairs.ensure'] ?? 0) - keysBefore).toBe(plannedKeys)
  const types = (await world.engine.servers.list({ farm: farmId })).map(
    ({ alias, index, instanceType }) => `${alias} ${index} ${instanceType}`,
  )
  expect(types.toSorted()).toEqual([
    'db 1 t3.micro',
    'web 1 t3.micro',
    'web 2 t3.micro',
    'web 3 m6i.large',
    'web 4 m6i.large',
  ])
})

test('a template is imported into the same workspace and into another, and the farm there can be launched', async () => {
  const farm = await launched({ roles: [role('web')] })
  const template = await world.engine.farms.exportTemplate({ farmId: farm.id })
  for (const own of [farm.id, world.cloudId, world.roleId, 'not-a-secret', 'tester'])
    expect(JSON.stringify(template)).not.toContain(own)
  const copy = await world.engine.farms.importTemplate({ document: template })
  expect(copy).toMatchObject({ name: 'shop (2)', roles: [{ roleId: world.roleId, cloudId: world.cloudId }] })

  const other = await temporaryDirectory()
  const there = await openEngine({ dataDir: other.path, doors: memoryDoors(new MemoryCloud()) })
  await there.start()
  const keys = { accessKeyId: 'AKIAOTHER', secretAccessKey: 'not-a-secret', endpoint: null }
  await there.clouds.addAws({ name: 'Elsewhere', locations: ['eu-central-1'], ...keys })
  await expect(there.farms.importTemplate({ document: template })).rejects.toMatchObject({
    code: 'input.invalid',
    details: { faults: [{ path: 'mapping.clouds.Test' }] },
  })
  const mapping = { clouds: { Test: 'Elsewhere' } }
  const made = await there.farms.importTemplate({ document: template, mapping })
  expect((await there.roles.list()).map(({ name }) => name)).toEqual(['base'])
  expect((await there.images.list()).map(({ name }) => name)).toEqual(['image eu-central-1'])
  expect((await there.farms.plan({ farmId: made.id })).counts.create).toBe(1)
  await there.stop()
  await other.remove()
})
