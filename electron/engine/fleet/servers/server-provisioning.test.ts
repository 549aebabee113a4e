import { afterEach, beforeEach, expect, test } from 'vitest'
import { aFarm, aFarmState, aServer } from '../../../../tests/support/designs.ts'
import { ManualClock } from '../../../../tests/support/clocks.ts'
import { silentLog } from '../../../../tests/support/logs.ts'
import { MemoryCloud } from '../../../../tests/support/memory-cloud.ts'
import { AppError } from '../../../../shared/model/errors.ts'
import { testEvents } from '../../../../tests/support/events.ts'
import type { NewEvent } from '../../../../shared/model/events.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { ServerStore } from '../../records/servers/server-store.ts'
import { type Provisioner, ServerProvisioning } from './server-provisioning.ts'

const cloud = new MemoryCloud()
let clock: ManualClock
let store: ServerStore
let events: NewEvent[]
let farm: Farm
let provisioners: Provisioner[]
let provisioning: ServerProvisioning

async function begin(...servers: Server[]): Promise<void> {
  clock = new ManualClock()
  events = []
  store = new ServerStore({
    repository: {
      recent: async () => servers,
      find: async () => undefined,
      putMany: async (_servers, told) => {
        events.push(...told)
      },
    },
    events: testEvents(clock),
    onChange: () => undefined,
  })
  await store.start()
  farm = { ...aFarm(), state: aFarmState() }
  provisioners = []
  provisioning = new ServerProvisioning({
    provisioners,
    servers: store,
    farms: { find: () => farm },
    clock,
    log: silentLog,
  })
}

function initializing(change: Partial<Server> = {}): Server {
  return { ...aServer({ status: 'initializing', waitingFor: 'SSH', runningAt: null }), ...change }
}

/** Given before a server runs. */
function first(
  name: string,
  provision: Provisioner['provision'],
  needs: 'instance' | 'ssh' = 'ssh',
): Provisioner {
  return { name, beforeRunning: { waitingFor: `its ${name}`, needs, isWanted: () => true }, provision }
}

/** Lets everything that needs no time happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

beforeEach(() => begin(initializing()))
afterEach(() => provisioning.stop())

test('before a server runs, provisioners run in their order, once each; the server says what it waits for', async () => {
  const did: string[] = []
  const gate = Promise.withResolvers<undefined>()
  provisioners.push(first('address', async () => void did.push('address'), 'instance'))
  provisioners.push(
    first('disks', async () => {
      await gate.promise
      did.push('disks')
    }),
  )
  provisioning.begin([store.get('server-1')], cloud, false)
  await settle()
  expect(did).toEqual(['address'])
  expect(provisioning.left(store.get('server-1')).map(({ name }) => name)).toEqual(['disks'])

  provisioning.begin([store.get('server-1')], cloud, true)
  await settle()
  expect(store.get('server-1')).toMatchObject({ status: 'initializing', waitingFor: 'its disks' })
  // Passes go on meanwhile and begin nothing twice.
  provisioning.begin([store.get('server-1')], cloud, true)
  gate.resolve(undefined)
  await settle()
  expect(did).toEqual(['address', 'disks'])
  expect(store.get('server-1').prepared).toEqual(['address', 'disks'])
  expect(provisioning.left(store.get('server-1'))).toEqual([])
})

test('what may heal is tried again after a pause that grows', async () => {
  let tries = 0
  provisioners.push(
    first('disks', async () => {
      tries += 1
      if (tries < 3) throw new AppError('cloud.throttled', { message: 'Slow down.', retryable: true })
    }),
  )
  const pass = async (): Promise<void> => {
    provisioning.begin([store.get('server-1')], cloud, true)
    await settle()
  }
  await pass()
  expect(store.get('server-1')).toMatchObject({ error: { message: 'Slow down.' }, initFailedAt: null })
  await pass()
  expect(tries).toBe(1)
  clock.advance(1_000)
  await pass()
  expect(tries).toBe(2)
  clock.advance(1_000)
  await pass()
  expect(tries).toBe(2)
  clock.advance(1_000)
  await pass()
  expect(tries).toBe(3)
  expect(store.get('server-1')).toMatchObject({ prepared: ['disks'], error: null })
})

test('what cannot heal makes the server Failed: HostInitFailed, kept, not tried again', async () => {
  let tries = 0
  provisioners.push(
    first('disks', async () => {
      tries += 1
      throw new AppError('cloud.not_found', { message: 'The volume is gone.' })
    }),
  )
  for (let pass = 0; pass < 2; pass += 1) {
    provisioning.begin([store.get('server-1')], cloud, true)
    await settle()
    clock.advance(60_000)
  }
  expect(tries).toBe(1)
  expect(store.get('server-1')).toMatchObject({
    status: 'initializing',
    initFailedAt: '2026-01-01T00:00:00.000Z',
    error: { code: 'cloud.not_found' },
  })
  expect(events).toMatchObject([{ kind: 'HostInitFailed', error: { message: 'The volume is gone.' } }])
})

test('a slow server holds up no other', async () => {
  await begin(initializing(), initializing({ id: 'server-2' as Server['id'], index: 2 }))
  provisioners.push(
    first('disks', ({ server }) => (server.index === 1 ? new Promise(() => undefined) : Promise.resolve())),
  )
  for (const id of ['server-1', 'server-2']) provisioning.begin([store.get(id)], cloud, true)
  await settle()
  expect(store.get('server-1').prepared).toEqual([])
  expect(store.get('server-2').prepared).toEqual(['disks'])
})

test('a server that leaves initializing ends the work on it without a fault', async () => {
  const aborted = Promise.withResolvers<unknown>()
  provisioners.push(
    first('disks', ({ signal }) => {
      signal.addEventListener('abort', () => aborted.resolve(signal.reason))
      return new Promise(() => undefined)
    }),
  )
  provisioning.begin([store.get('server-1')], cloud, true)
  await settle()
  await store.put([{ ...store.get('server-1'), status: 'pending-terminate' }])
  provisioning.endOthers()
  expect(await aborted.promise).toMatchObject({ code: 'job.interrupted' })
  await settle()
  expect(store.get('server-1').error).toBeNull()
})

/** Given to running servers. */
function later(name: string, there: () => boolean, provision: Provisioner['provision']): Provisioner {
  return { name, whileRunning: { what: `its ${name}`, isThere: there }, provision }
}

async function pass(): Promise<void> {
  provisioning.begin([...store.all()], cloud, false)
  await settle()
}

test('while a server runs, one that fails keeps no other from being done; it is told, and mended later', async () => {
  await begin(aServer())
  const has = { address: false, name: false }
  const did: string[] = []
  provisioners.push(
    later(
      'address',
      () => has.address,
      async () => {
        did.push('address')
        if (did.length < 3) throw new AppError('cloud.refused', { message: 'It is taken.' })
        has.address = true
      },
    ),
    later(
      'name',
      () => has.name,
      async () => {
        did.push('name')
        has.name = true
      },
    ),
  )
  await pass()
  expect(did).toEqual(['address', 'name'])
  expect(events).toMatchObject([{ kind: 'UpkeepFailed' }])
  expect(store.get('server-1')).toMatchObject({
    unkept: [{ name: 'address', error: { message: 'It is taken.' } }],
    error: null,
    prepared: [],
  })
  await pass()
  expect(did).toHaveLength(2)
  clock.advance(2_000)
  await pass()
  expect(did).toEqual(['address', 'name', 'address'])
  expect(store.get('server-1').unkept).toEqual([])
})

test('what a running server lacks again and again is given after pauses that grow, another design at once', async () => {
  await begin(aServer())
  let tries = 0
  provisioners.push(
    later(
      'groups',
      () => false,
      async () => void (tries += 1),
    ),
  )
  await pass()
  await pass()
  expect(tries).toBe(1)
  clock.advance(2_000)
  await pass()
  clock.advance(2_000)
  await pass()
  expect(tries).toBe(2)
  farm = { ...farm, roles: farm.roles.map((role) => ({ ...role })) }
  await pass()
  expect(tries).toBe(3)
})

test('a running server that is as designed costs no call, nor does one whose farm ends', async () => {
  await begin(aServer())
  let tries = 0
  let isThere = true
  provisioners.push(
    later(
      'groups',
      () => isThere,
      async () => void (tries += 1),
    ),
  )
  await pass()
  isThere = false
  farm = { ...farm, state: aFarmState({ status: 'terminating' }) }
  await pass()
  expect(tries).toBe(0)
})

test('a reboot ends the work on a running server without a fault; it is taken up again afterwards', async () => {
  await begin(aServer())
  let tries = 0
  provisioners.push(
    later(
      'name',
      () => false,
      () => {
        tries += 1
        return new Promise(() => undefined)
      },
    ),
  )
  await pass()
  await store.put([{ ...store.get('server-1'), rebooting: true }])
  provisioning.endOthers()
  await pass()
  expect(events).toEqual([])
  await store.put([{ ...store.get('server-1'), rebooting: false }])
  await pass()
  expect(tries).toBe(2)
})

test('only so many running servers are worked on at a time; the others follow', async () => {
  const count = 20
  await begin(
    ...Array.from({ length: count }, (_, at) =>
      aServer({ id: `server-${at}` as Server['id'], index: at + 1 }),
    ),
  )
  let inside = 0
  const gate = Promise.withResolvers<undefined>()
  provisioners.push(
    later(
      'name',
      () => false,
      async () => {
        inside += 1
        await gate.promise
      },
    ),
  )
  await pass()
  expect(inside).toBe(16)
  gate.resolve(undefined)
  await settle()
  expect(inside).toBe(count)
})

test('of more than there are places for, the others wait; one that is given up meanwhile is never begun', async () => {
  const many = Array.from({ length: 66 }, (_, at) =>
    initializing({ id: `server-${at}` as Server['id'], index: at }),
  )
  await begin(...many)
  const begun: number[] = []
  const gate = Promise.withResolvers<undefined>()
  provisioners.push(
    first('disks', async ({ server }) => {
      begun.push(server.index)
      await gate.promise
    }),
  )
  provisioning.begin(many, cloud, true)
  await settle()
  expect(begun).toHaveLength(64)
  await store.apply('server-64', (server) => ({ server: { ...server, status: 'running' }, events: [] }))
  provisioning.endOthers()
  gate.resolve(undefined)
  await settle()
  expect(begun).not.toContain(64)
  expect(begun).toContain(65)
})
