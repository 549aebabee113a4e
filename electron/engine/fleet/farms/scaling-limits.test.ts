import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FarmInput } from '../../../../shared/model/farms.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { FastClock } from '../../../../tests/support/clocks.ts'
import { MemoryCloud } from '../../../../tests/support/memory-cloud.ts'
import { memoryEngine, temporaryDirectory, until } from '../../../../tests/support/test-engine.ts'

/** How many servers a farm role has, without metrics: limits, pace and launches by hand, on a whole engine. */
let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let cloud: MemoryCloud
let clock: FastClock
let world: Awaited<ReturnType<typeof memoryEngine>>
beforeEach(async () => {
  directory = await temporaryDirectory()
  cloud = new MemoryCloud()
  clock = new FastClock(50)
  world = await memoryEngine(directory.path, cloud, clock)
})
afterEach(async () => {
  await world.engine.stop()
  await directory.remove()
})

type Scaling = NonNullable<NonNullable<FarmInput['roles']>[number]['scaling']>

function design(scaling: Scaling): FarmInput {
  const place = { roleId: world.roleId, cloudId: world.cloudId, location: 'eu-central-1' }
  return { name: 'shop', roles: [{ alias: 'web', instanceType: 't3.micro', ...place, scaling }] }
}

async function launched(scaling: Scaling) {
  const farm = await world.engine.farms.create(design(scaling))
  await world.engine.farms.launch({ farmId: farm.id })
  return farm
}

async function live(): Promise<Server[]> {
  const all = await world.engine.servers.list({})
  return all.filter(({ status }) => status !== 'terminated').sort((a, b) => a.index - b.index)
}

/** Resolves with the servers once these indexes are in this status, and nothing else is there. */
function settled(indexes: number[], status: Server['status'] = 'running'): Promise<Server[]> {
  return until(async () => {
    const now = await live()
    return (
      now.map(({ index }) => index).join() === indexes.join() &&
      now.every((one) => one.status === status) &&
      now
    )
  }, 30_000)
}

/** Several looks of the engine later. */
async function passes(): Promise<void> {
  const from = clock.monotonic()
  await until(async () => clock.monotonic() - from > 120_000, 30_000)
}

test('scenario 54: by hand, a launched farm gets no server, and one that was terminated is not launched again', async () => {
  const farm = await launched({ enabled: false, min: 2, max: 2 })
  await passes()
  expect(await live()).toEqual([])
  await world.engine.farms.launchServer(webOf(farm))
  const [server] = await settled([1])
  expect(server?.launchReason).toBe('manual-api')
  await world.engine.servers.terminate({ serverId: server?.id ?? '' })
  await settled([])
  await passes()
  expect(await live()).toEqual([])
  expect((await world.engine.farms.get({ farmId: farm.id })).roles[0]?.scaling).toMatchObject({
    min: 2,
    max: 2,
  })
})

test('scenario 55: launched by hand at the maximum, the maximum rises by one with a warning, and the server stays', async () => {
  const farm = await launched({ min: 1, max: 1 })
  await settled([1])
  const outcome = await world.engine.farms.launchServer({ ...webOf(farm), via: 'ui' })
  expect(outcome).toMatchObject({
    server: { index: 2, launchReason: 'manual' },
    warning: 'The maximum of web was raised from 1 to 2.',
  })
  await settled([1, 2])
  await passes()
  await settled([1, 2])
  expect((await world.engine.farms.get({ farmId: farm.id })).roles[0]?.scaling).toMatchObject({
    min: 2,
    max: 2,
  })
})

test('reference 3.7: a new maximum below the running count ends the newest, or suspends them to be resumed', async () => {
  const farm = await launched({ min: 3, max: 3 })
  await settled([1, 2, 3])
  await world.engine.farms.update({ farmId: farm.id, farm: keeping(farm, { min: 1, max: 2 }) })
  await settled([1, 2])
  await world.engine.farms.update({
    farmId: farm.id,
    farm: keeping(farm, { min: 1, max: 1, behavior: 'suspend-resume' }),
  })
  const asleep = await until(async () => (await live()).find(({ status }) => status === 'suspended'), 30_000)
  expect(asleep).toMatchObject({ index: 2, reserve: true })
  const made = cloud.instances.all.size
  await world.engine.farms.update({
    farmId: farm.id,
    farm: keeping(farm, { min: 2, max: 2, behavior: 'suspend-resume' }),
  })
  const [, second] = await settled([1, 2])
  expect(second?.id).toBe(asleep.id)
  expect(cloud.instances.all.size).toBe(made)
})

test('reference 2.4: launches of a paced farm role come one by one, so far apart', async () => {
  await launched({ min: 3, max: 3, paceSeconds: 60 })
  const servers = await settled([1, 2, 3])
  const times = servers.map(({ createdAt }) => Date.parse(createdAt)).sort((a, b) => a - b)
  const gaps = times.slice(1).map((at, n) => at - (times[n] ?? 0))
  for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(60_000)
})

/** The same farm role with other limits. */
function keeping(farm: { roles: { id: string }[] }, scaling: Scaling): FarmInput {
  const { name, roles = [] } = design(scaling)
  return { name, roles: roles.map((role) => ({ ...role, id: farm.roles[0]?.id as never })) }
}

function webOf(farm: { id: string; roles: { id: string }[] }) {
  return { farmId: farm.id, farmRoleId: farm.roles[0]?.id ?? '' }
}
