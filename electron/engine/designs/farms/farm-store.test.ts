import { beforeEach, expect, test } from 'vitest'
import { ManualClock } from '../../../../tests/support/clocks.ts'
import { aFarm, aFarmState } from '../../../../tests/support/designs.ts'
import { testEvents } from '../../../../tests/support/events.ts'
import type { NewEvent } from '../../../../shared/model/events.ts'
import type { FarmDesign, FarmState } from '../../../../shared/model/farms.ts'
import { FarmStore } from './farm-store.ts'

let designs: Map<string, FarmDesign>
let states: Map<string, FarmState>
let told: NewEvent[]
let dies: boolean
beforeEach(() => {
  designs = new Map()
  states = new Map()
  told = []
  dies = false
})

/** A store over what is on “disk”; with `dies`, the process ends before the ledger has heard of anything. */
async function opened(): Promise<FarmStore> {
  const store = new FarmStore({
    designs: {
      list: async () => [...designs.values()],
      put: async (design) => void designs.set(design.id, design),
      remove: async () => undefined,
    },
    states: {
      list: async () => [...states.values()],
      put: async (state, events = []) => {
        if (dies) throw new Error('killed')
        states.set(state.farmId, state)
        told.push(...events)
      },
      remove: async () => undefined,
    },
    events: testEvents(new ManualClock()),
    onChange: () => undefined,
  })
  await store.start()
  return store
}

const first = aFarm({ updatedAt: '2026-01-01T00:00:00.000Z' })
const second = { ...first, updatedAt: '2026-01-02T00:00:00.000Z' }

async function running(toldOf: string | null = first.updatedAt): Promise<FarmStore> {
  designs.set(first.id, first)
  states.set(first.id, aFarmState({ toldOf }))
  return opened()
}

test('a changed design of a farm that runs is told once, with why', async () => {
  const store = await running()
  await store.saveDesign(second, { message: 'One more server', firedBy: 'person' })
  expect(told).toMatchObject([
    { kind: 'FarmChanged', message: 'One more server', causedBy: { id: 'tester' } },
  ])
  await opened()
  expect(told).toHaveLength(1)
})

test('a design that was kept when the engine died is told at the next start', async () => {
  const store = await running()
  dies = true
  await store.saveDesign(second)
  // A disk that is still full keeps the next start from telling, not from starting.
  expect((await opened()).get(first.id).updatedAt).toBe(second.updatedAt)
  expect(told).toEqual([])
  dies = false
  await opened()
  expect(told).toMatchObject([{ kind: 'FarmChanged', farmId: first.id }])
  await opened()
  expect(told).toHaveLength(1)
})

test('what the disk refuses has not happened: neither the state nor its event', async () => {
  const store = await running()
  const event = testEvents(new ManualClock()).told('FarmSuspended', 'suspended')
  dies = true
  const suspend = () => store.changeState(first.id, (state) => ({ ...state, status: 'suspended' }), [event])
  await expect(suspend()).rejects.toThrow('killed')
  expect(store.get(first.id).state.status).toBe('running')
  dies = false
  await store.changeState(first.id, (state) => ({ ...state, leaseExtensions: state.leaseExtensions + 1 }))
  expect(states.get(first.id)?.status).toBe('running')
  expect(told).toEqual([])
})

test('of changes that begin with the same design one wins, and changes of a state build on each other', async () => {
  const store = await running()
  const third = { ...first, updatedAt: '2026-01-03T00:00:00.000Z' }
  const both = [second, third].map((design) => store.saveDesign(design, { from: first.updatedAt }))
  expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  await expect(both[1]).rejects.toMatchObject({ code: 'input.conflict' })
  const more = (state: FarmState) => ({ ...state, leaseExtensions: state.leaseExtensions + 1 })
  await Promise.all([1, 2, 3].map(() => store.changeState(first.id, more)))
  expect(store.get(first.id).state.leaseExtensions).toBe(3)
})

test('a farm that does not run tells nothing; one of an older ledger tells from its second start on', async () => {
  await running(null)
  expect(states.get(first.id)?.toldOf).toBe(first.updatedAt)
  states.set(first.id, aFarmState({ status: 'terminated' }))
  await (await opened()).saveDesign(second)
  expect(told).toEqual([])
})

test('what is told of a state goes along with it; no change tells nothing', async () => {
  const store = await running()
  const event = testEvents(new ManualClock()).told('FarmLocked', 'locked')
  await store.changeState(first.id, (state) => state, [event])
  expect(told).toEqual([])
  await store.changeState(first.id, (state) => ({ ...state, status: 'suspended' }), [event])
  expect(told).toEqual([event])
})
