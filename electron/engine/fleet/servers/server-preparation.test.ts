import { afterEach, beforeEach, expect, test } from 'vitest'
import { aFarm, aFarmState, aServer } from '../../../../tests/support/designs.ts'
import { ManualClock } from '../../../../tests/support/clocks.ts'
import { silentLog } from '../../../../tests/support/logs.ts'
import { MemoryCloud } from '../../../../tests/support/memory-cloud.ts'
import { AppError } from '../../../../shared/model/errors.ts'
import type { Event } from '../../../../shared/model/events.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { type Preparation, ServerPreparations } from './server-preparation.ts'
import { ServerStore } from '../../records/servers/server-store.ts'

const cloud = new MemoryCloud()
let clock: ManualClock
let store: ServerStore
let events: Event[]
let preparations: ServerPreparations

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
    clock,
    newId: () => crypto.randomUUID(),
    onChange: () => undefined,
  })
  await store.start()
  const farm = { ...aFarm(), state: aFarmState() }
  preparations = new ServerPreparations({
    servers: store,
    farms: { find: () => farm },
    clock,
    log: silentLog,
  })
}

function initializing(change: Partial<Server> = {}): Server {
  return { ...aServer({ status: 'initializing', waitingFor: 'SSH', runningAt: null }), ...change }
}

function preparation(name: string, prepare: Preparation['prepare'], needs: Preparation['needs'] = 'ssh') {
  return { name, waitingFor: `its ${name}`, needs, applies: () => true, prepare } satisfies Preparation
}

/** Lets everything that needs no time happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

beforeEach(() => begin(initializing()))
afterEach(() => preparations.stop())

test('preparations run in their order, once each; the server says what it waits for', async () => {
  const did: string[] = []
  const gate = Promise.withResolvers<undefined>()
  preparations.add(preparation('address', async () => void did.push('address'), 'instance'))
  preparations.add(
    preparation('disks', async () => {
      await gate.promise
      did.push('disks')
    }),
  )
  preparations.begin(store.get('server-1'), cloud, false)
  await settle()
  expect(did).toEqual(['address'])
  expect(preparations.left(store.get('server-1')).map(({ name }) => name)).toEqual(['disks'])

  preparations.begin(store.get('server-1'), cloud, true)
  await settle()
  expect(store.get('server-1')).toMatchObject({ status: 'initializing', waitingFor: 'its disks' })
  // Passes go on meanwhile and begin nothing twice.
  preparations.begin(store.get('server-1'), cloud, true)
  gate.resolve(undefined)
  await settle()
  expect(did).toEqual(['address', 'disks'])
  expect(store.get('server-1').prepared).toEqual(['address', 'disks'])
  expect(preparations.left(store.get('server-1'))).toEqual([])
})

test('what may heal is tried again after a pause that grows', async () => {
  let tries = 0
  preparations.add(
    preparation('disks', async () => {
      tries += 1
      if (tries < 3) throw new AppError('cloud.throttled', { message: 'Slow down.', retryable: true })
    }),
  )
  const pass = async (): Promise<void> => {
    preparations.begin(store.get('server-1'), cloud, true)
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
  preparations.add(
    preparation('disks', async () => {
      tries += 1
      throw new AppError('cloud.not_found', { message: 'The volume is gone.' })
    }),
  )
  for (let pass = 0; pass < 2; pass += 1) {
    preparations.begin(store.get('server-1'), cloud, true)
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
  preparations.add(
    preparation('disks', ({ server }) =>
      server.index === 1 ? new Promise(() => undefined) : Promise.resolve(),
    ),
  )
  for (const id of ['server-1', 'server-2']) preparations.begin(store.get(id), cloud, true)
  await settle()
  expect(store.get('server-1').prepared).toEqual([])
  expect(store.get('server-2').prepared).toEqual(['disks'])
})

test('a server that leaves initializing ends its preparation without a fault', async () => {
  const aborted = Promise.withResolvers<unknown>()
  preparations.add(
    preparation('disks', ({ signal }) => {
      signal.addEventListener('abort', () => aborted.resolve(signal.reason))
      return new Promise(() => undefined)
    }),
  )
  preparations.begin(store.get('server-1'), cloud, true)
  await settle()
  await store.put([{ ...store.get('server-1'), status: 'pending-terminate' }])
  preparations.endOthers((id) => store.find(id)?.status === 'initializing')
  expect(await aborted.promise).toMatchObject({ code: 'job.interrupted' })
  await settle()
  expect(store.get('server-1').error).toBeNull()
})

test('of more than can be prepared at a time the others wait; one that is given up meanwhile is never begun', async () => {
  const many = Array.from({ length: 66 }, (_, at) =>
    initializing({ id: `server-${at}` as Server['id'], index: at }),
  )
  await begin(...many)
  const begun: number[] = []
  const gate = Promise.withResolvers<undefined>()
  preparations.add(
    preparation('disks', async ({ server }) => {
      begun.push(server.index)
      await gate.promise
    }),
  )
  for (const { id } of many) preparations.begin(store.get(id), cloud, true)
  await settle()
  expect(begun).toHaveLength(64)
  preparations.endOthers((id) => id !== 'server-64')
  gate.resolve(undefined)
  await settle()
  expect(begun).not.toContain(64)
  expect(begun).toContain(65)
  expect(store.get('server-64')).toMatchObject({ prepared: [], error: null })
})
