import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FarmInput } from '../../shared/model/farms.ts'
import type { Server } from '../../shared/model/servers.ts'
import { LaptopClock, realClock } from '../support/clocks.ts'
import { MemoryCloud } from '../support/memory-cloud.ts'
import { memoryDoors, memoryEngine, temporaryDirectory } from '../support/test-engine.ts'

const day = 86_400_000
const location = 'eu-central-1'

/** A cloud whose instances boot, answer and vanish as a test says. */
class MoodyCloud extends MemoryCloud {
  boots = true
  hidden = false

  constructor() {
    super()
    const { instances } = this
    const launch = instances.launch.bind(instances)
    instances.launch = async (where, request) => {
      const made = await launch(where, request)
      if (!this.boots) for (const { id } of made) instances.change(id, { state: 'pending' })
      return made
    }
    const listByTag = instances.listByTag.bind(instances)
    instances.listByTag = async (where, tag) => {
      const all = await listByTag(where, tag)
      return this.hidden ? [] : all
    }
  }
  bootAll(): void {
    for (const [id, { state }] of this.instances.all) {
      if (state === 'pending') this.instances.change(id, { state: 'running' })
    }
  }
}

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let world: Awaited<ReturnType<typeof memoryEngine>>
let cloud: MoodyCloud
let clock: LaptopClock
/** Whether SSH answers. */
let answers: boolean

beforeEach(async () => {
  directory = await temporaryDirectory()
  cloud = new MoodyCloud()
  clock = new LaptopClock()
  answers = true
  const doors = { ...memoryDoors(cloud), probeSsh: async () => answers }
  world = await memoryEngine(directory.path, cloud, clock, doors)
})
afterEach(async () => {
  await world.engine.stop()
  await directory.remove()
})

type RoleInput = NonNullable<FarmInput['roles']>[number]

async function launch(change: Partial<RoleInput> = {}, design: Partial<FarmInput> = {}): Promise<string> {
  const { engine, roleId, cloudId } = world
  const farm = await engine.farms.create({
    name: 'shop',
    ...design,
    roles: [
      {
        alias: 'web',
        roleId,
        cloudId,
        location,
        instanceType: 't3.micro',
        scaling: { min: 2, max: 2 },
        ...change,
      },
    ],
  })
  await engine.farms.launch({ farmId: farm.id })
  return farm.id
}

/** Lets engine time pass second by second until `look` answers something. */
async function whenTimePasses<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  for (let second = 0; second < 20_000; second += 1) {
    const answer = await look()
    if (answer !== undefined && answer !== false) return answer
    clock.advance(1_000)
    await realClock.sleep(1)
  }
  throw new Error('It does not come, however long one waits.')
}

/** Lets so many seconds of engine time pass. */
async function passes(seconds: number): Promise<void> {
  const end = clock.monotonic() + seconds * 1_000
  await whenTimePasses(() => clock.monotonic() >= end)
}

async function servers(includeTerminated = false): Promise<Server[]> {
  return (await world.engine.servers.list({ includeTerminated })).sort((a, b) => a.index - b.index)
}

async function running(count = 2): Promise<Server[]> {
  return whenTimePasses(async () => {
    const up = (await servers()).filter(({ status }) => status === 'running')
    return up.length === count && up
  })
}

async function expectUntouched(before: readonly Server[]): Promise<void> {
  expect((await servers(true)).map(({ id, status }) => [id, status])).toEqual(
    before.map(({ id }) => [id, 'running']),
  )
  expect(cloud.calls).toMatchObject({ 'instances.launch': 1 })
  expect(cloud.calls['instances.terminate']).toBeUndefined()
}

describe('nothing is relaunched or terminated', () => {
  test.each([
    ['a day ahead', day],
    ['a day back', -day],
    ['an hour back, as in autumn', -3_600_000],
  ])('when the clock is set %s', async (_what, jumpMs) => {
    await launch()
    const before = await running()
    clock.jump(jumpMs)
    await passes(600)
    await expectUntouched(before)
    // And back again.
    clock.jump(-jumpMs)
    await passes(600)
    await expectUntouched(before)
  })

  test('when the laptop slept for a day, and the cloud lists nothing for a while after it', async () => {
    await launch()
    const before = await running()
    cloud.hidden = true
    await passes(90)
    clock.jump(day)
    await passes(40)
    cloud.hidden = false
    await passes(300)
    await expectUntouched(before)
  })

  test('when it slept through the launch: the servers still have their time to come up', async () => {
    cloud.boots = false
    await launch({ timeouts: { launchSeconds: 600 } })
    await whenTimePasses(async () => (await servers()).every(({ status }) => status === 'pending'))
    clock.jump(day)
    await passes(300)
    cloud.bootAll()
    await expectUntouched(await running())
  })
})

test('an instance that really went while the laptop slept is replaced, once', async () => {
  await launch()
  const [first, second] = await running()
  cloud.instances.all.delete(first?.cloudServerId ?? '')
  clock.jump(day)
  const after = await whenTimePasses(async () => {
    const up = (await servers()).filter(({ status }) => status === 'running')
    return up.length === 2 && !up.some(({ id }) => id === first?.id) && up
  })
  expect(after.map(({ id }) => id)).toContain(second?.id)
  await passes(600)
  expect(cloud.calls).toMatchObject({ 'instances.launch': 2 })
})

test('a clock that is set back holds up no launch that waits for another try', async () => {
  let failures = 2
  const launchReally = cloud.instances.launch.bind(cloud.instances)
  cloud.instances.launch = async (where, request) => {
    if (failures-- > 0) throw new Error('no answer')
    return launchReally(where, request)
  }
  await launch()
  await whenTimePasses(async () => (await servers()).some(({ error }) => error !== null))
  clock.jump(-day)
  await running()
})

test('scenario 16: a server that does not come up in its farm role’s launch timeout is terminated for that', async () => {
  cloud.boots = false
  await launch({ timeouts: { launchSeconds: 120 }, scaling: { min: 1, max: 1 } })
  const [slow] = await whenTimePasses(async () => {
    const pending = (await servers()).filter(({ status }) => status === 'pending')
    return pending.length === 1 && pending
  })
  const given = await whenTimePasses(async () => {
    const server = (await servers(true)).find(({ id }) => id === slow?.id)
    return server?.terminateReason === 'launch-timeout' && server
  })
  expect(['pending-terminate', 'terminated']).toContain(given.status)
  expect(clock.now() - Date.parse(given.launchedAt ?? '')).toBeGreaterThanOrEqual(120_000)
})

test('scenarios 25 and 26: a suspended server that counts as terminated is replaced; resumed, it initializes nothing again', async () => {
  const farmId = await launch({ scaling: { min: 1, max: 2, considerSuspended: 'terminated' } })
  const [only] = await running(1)
  await world.engine.servers.suspend({ serverId: only?.id ?? '' })
  const both = await whenTimePasses(async () => {
    const all = await servers()
    return all.map(({ status }) => status).join() === 'suspended,running' && all
  })
  expect(both.map(({ index }) => index)).toEqual([1, 2])
  await world.engine.servers.resume({ serverId: only?.id ?? '' })
  await running(2)
  const told = await whenTimePasses(async () => {
    const kinds = (await world.engine.events.list({ farmId, limit: 100 }))
      .filter(({ serverId }) => serverId === only?.id)
      .map(({ kind }) => kind)
      .reverse()
    return kinds.includes('ResumeComplete') && kinds
  })
  expect(told.slice(told.indexOf('HostUp'))).toEqual([
    'HostUp',
    'BeforeHostTerminate',
    'HostDown',
    'ResumeComplete',
  ])
})

describe('the health rule', () => {
  const health = { enabled: true, failedChecks: 3, minutes: 2, action: 'replace' } as const

  test('replaces a server that fails its checks for long enough, and says why', async () => {
    const farmId = await launch({ scaling: { min: 1, max: 1 }, health })
    const [first] = await running(1)
    answers = false
    await whenTimePasses(async () => (await servers())[0]?.error?.code === 'server.unhealthy')
    await whenTimePasses(async () =>
      (await servers(true)).find(
        ({ id, terminateReason }) => id === first?.id && terminateReason === 'unhealthy',
      ),
    )
    answers = true
    const [second] = await running(1)
    expect(second).toMatchObject({ index: 1, launchReason: 'replacement' })
    const kinds = (await world.engine.events.list({ farmId, limit: 100 })).map(({ kind }) => kind)
    expect(kinds).toContain('ServerUnhealthy')
  })

  test('forgets what it saw when the laptop slept', async () => {
    await launch({ scaling: { min: 1, max: 1 }, health })
    const before = await running(1)
    answers = false
    await passes(100)
    clock.jump(day)
    await passes(60)
    answers = true
    await passes(300)
    expect((await servers(true)).map(({ id, status, error }) => [id, status, error])).toEqual([
      [before[0]?.id, 'running', null],
    ])
  })

  test('gives up one server at a time', async () => {
    await launch({ health })
    await running()
    answers = false
    await whenTimePasses(async () =>
      (await servers(true)).some(({ terminateReason }) => terminateReason === 'unhealthy'),
    )
    await passes(170)
    expect(
      (await servers(true)).filter(({ terminateReason }) => terminateReason === 'unhealthy'),
    ).toHaveLength(1)
  })
})

test('a reboot that does not end in its time is told, and the server stays', async () => {
  await launch({ scaling: { min: 1, max: 1 }, timeouts: { rebootSeconds: 60 } })
  const [server] = await running(1)
  await world.engine.servers.reboot({ serverId: server?.id ?? '' })
  answers = false
  const after = await whenTimePasses(async () => {
    const [now] = await servers()
    return now?.error?.code === 'ssh.unreachable' && now
  })
  expect(after).toMatchObject({ id: server?.id, status: 'running', rebooting: false })
})

describe('leases and allowed hours', () => {
  const lease = { hours: 48, warnHours: [1], extensions: 1 }
  /** The clock starts on Thursday, 2026-01-01, at midnight. */
  const allowedHours = {
    periods: [{ days: ['sun' as const], start: '08:00', end: '18:00' }],
    autostart: true,
  }

  test('a clock that jumps past the end of a lease and is set right ends nothing and warns of nothing', async () => {
    const farmId = await launch({}, { lease })
    const before = await running()
    clock.jump(3 * day)
    await passes(40)
    clock.jump(-3 * day)
    await passes(600)
    await expectUntouched(before)
    const kinds = (await world.engine.events.list({ farmId, limit: 100 })).map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind.startsWith('Lease'))).toEqual([])
  })

  test('a laptop that slept over the end of a lease looks first, then terminates the farm once and launches nothing', async () => {
    const farmId = await launch({}, { lease })
    await running()
    clock.jump(3 * day)
    await whenTimePasses(async () => (await world.engine.farms.get({ farmId })).state.status === 'terminated')
    expect(cloud.calls).toMatchObject({ 'instances.launch': 1 })
    expect([...cloud.instances.all.values()].every(({ state }) => state === 'terminated')).toBe(true)
    const kinds = (await world.engine.events.list({ farmId, limit: 200 })).map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'LeaseEnded')).toHaveLength(1)
  })

  test('a clock that jumps into a closed window and is set right suspends nothing', async () => {
    // Sunday 10:00, in the window.
    clock.jump(3 * day + 10 * 3_600_000)
    await launch({}, { allowedHours })
    const before = await running()
    clock.jump(day)
    await passes(40)
    clock.jump(-day)
    await passes(600)
    await expectUntouched(before)
    expect(cloud.calls['instances.stop']).toBeUndefined()
  })

  test('asleep over the end of the window, the farm is suspended; the next window resumes the same servers', async () => {
    clock.jump(3 * day + 10 * 3_600_000)
    const farmId = await launch({}, { allowedHours })
    const before = await running()
    clock.jump(day)
    await whenTimePasses(
      async () =>
        (await world.engine.farms.get({ farmId })).state.status === 'suspended' &&
        (await servers()).every(({ status }) => status === 'suspended'),
    )
    // Next Sunday.
    clock.jump(6 * day)
    await whenTimePasses(async () => (await servers()).every(({ status }) => status === 'running'))
    await expectUntouched(before)
  })
})

describe('a graceful end that is waited for', () => {
  test.each([
    ['stands still', 0],
    ['is set a day ahead', day],
    ['is set a day back', -day],
  ])('comes once, and for this server only, when the clock %s', async (_what, jumpMs) => {
    await launch({ timeouts: { terminateSeconds: 120 } })
    const [first, second] = await running()
    await world.engine.servers.terminate({ serverId: first?.id ?? '' })
    clock.jump(jumpMs)
    await whenTimePasses(async () =>
      (await servers(true)).find(({ id, status }) => id === first?.id && status === 'terminated'),
    )
    const up = await running()
    expect(up.map(({ id }) => id)).toContain(second?.id)
    await passes(300)
    expect((await servers(true)).map(({ status }) => status).sort()).toEqual([
      'running',
      'running',
      'terminated',
    ])
    expect(cloud.calls).toMatchObject({ 'instances.launch': 2, 'instances.terminate': 1 })
  })
})
