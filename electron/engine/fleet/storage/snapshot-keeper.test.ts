import { beforeEach, expect, it } from 'vitest'
import { testEvents } from '../../../../tests/support/events.ts'
import { ManualClock } from '../../../../tests/support/clocks.ts'
import { MemorySnapshots, MemoryVolumes } from '../../../../tests/support/memory-volumes.ts'
import { MemoryCloud } from '../../../../tests/support/memory-cloud.ts'
import { CloudId } from '../../../../shared/model/ids.ts'
import type { CloudSnapshot } from '../../../../shared/model/volumes.ts'
import type { ScheduleRecord } from '../../../../shared/model/volume-records.ts'
import { DesignedSchedules } from './designed-schedules.ts'
import { ScheduleStore, scheduleId } from './schedule-store.ts'
import { SnapshotKeeper } from './snapshot-keeper.ts'
import { VolumeStore } from './volume-store.ts'

const HOUR_MS = 3_600_000
const cloudId = CloudId.parse('cloud-1')
const location = 'east'
const nothing = { list: async () => [], put: async () => undefined, remove: async () => undefined }

/** Snapshots that tell when they were begun. */
class DatedSnapshots extends MemorySnapshots {
  readonly #clock: ManualClock
  constructor(volumes: MemoryVolumes, clock: ManualClock) {
    super(volumes)
    this.#clock = clock
  }
  override async create(...words: Parameters<MemorySnapshots['create']>): Promise<CloudSnapshot> {
    const made = await super.create(...words)
    const dated = { ...made, startedAt: new Date(this.#clock.now()).toISOString() }
    this.all.set(made.id, dated)
    return dated
  }
}

let clock: ManualClock
let cloud: MemoryCloud
let schedules: ScheduleStore
let told: string[]
let keeper: SnapshotKeeper
let volumeId: string

function newKeeper(): SnapshotKeeper {
  let token = 0
  const ids = {
    workspaceId: 'w',
    newId: () => 'id',
    newToken: () => `token-${String((token += 1))}-${String(clock.now())}`,
  }
  const volumes = new VolumeStore({ repository: nothing, newId: ids.newId })
  return new SnapshotKeeper({
    designed: new DesignedSchedules({ schedules, volumes, farms: { list: () => [] } }),
    schedules,
    volumes,
    clouds: { has: () => true, watch: (_cloud, _location, call) => call(cloud) },
    events: testEvents(clock, ({ kind, message }) => told.push(`${kind}: ${message}`)),
    clock,
    ids,
  })
}

beforeEach(async () => {
  clock = new ManualClock()
  const volumes = new MemoryVolumes()
  cloud = Object.assign(new MemoryCloud(), { volumes, snapshots: new DatedSnapshots(volumes, clock) })
  told = []
  schedules = new ScheduleStore(nothing)
  keeper = newKeeper()
  const volume = await volumes.create(location, {
    ...{ clientToken: 't', zone: 'a', sizeGib: 1, type: 'gp3', iops: null, throughputMibps: null },
    ...{ encrypted: false, kmsKeyId: null, snapshotId: null, tags: { Name: 'data' } },
  })
  volumeId = volume.id
})

async function schedule(everyHours: number, keep: number): Promise<void> {
  const id = scheduleId(cloudId, location, volumeId)
  const state = { lastAt: null, lastSnapshotId: null, asking: null, problem: null }
  await schedules.put({ ...state, id, cloudId, location, volumeId, everyHours, keep, source: 'volume' })
}
const record = (): ScheduleRecord | undefined => schedules.ofVolume(cloudId, location, volumeId)
const ids = async () => (await cloud.snapshots.list()).map(({ id }) => id)

it('scenario 67: every 24 h, keep 3: the fourth deletes the oldest', async () => {
  await schedule(24, 3)
  await keeper.run()
  const [first] = await ids()
  expect(record()).toMatchObject({ lastSnapshotId: first, lastAt: '2026-01-01T00:00:00.000Z' })
  clock.advance(23 * HOUR_MS)
  await keeper.run()
  expect(await ids()).toHaveLength(1)
  for (let count = 2; count <= 3; count += 1) {
    clock.advance(24 * HOUR_MS)
    await keeper.run()
    expect(await ids()).toHaveLength(count)
  }
  clock.advance(24 * HOUR_MS)
  await keeper.run()
  const now = await ids()
  expect(now).toHaveLength(3)
  expect(now).not.toContain(first)
  expect(told.at(-1)).toBe(
    `SnapshotDeleted: Snapshot ${String(first)} of ${volumeId} was deleted: the newest 3 are kept`,
  )
})

it('with 0 to keep, none is deleted', async () => {
  await schedule(1, 0)
  for (let count = 1; count <= 12; count += 1) {
    await keeper.run()
    clock.advance(HOUR_MS)
  }
  expect(await ids()).toHaveLength(12)
})

it('a snapshot that a person made is never deleted', async () => {
  const byHand = await cloud.snapshots.create(location, { volumeId, description: 'mine', tags: {} })
  await schedule(24, 1)
  for (let day = 0; day < 3; day += 1) {
    await keeper.run()
    clock.advance(24 * HOUR_MS)
  }
  const now = await ids()
  expect(now).toHaveLength(2)
  expect(now).toContain(byHand.id)
})

it('a vanished volume removes the setting; its snapshots stay', async () => {
  await schedule(24, 3)
  await keeper.run()
  await cloud.volumes.delete(location, volumeId)
  clock.advance(24 * HOUR_MS)
  await keeper.run()
  expect(record()).toBeUndefined()
  expect(await ids()).toHaveLength(1)
})

it('a machine that slept for a week makes one snapshot, not seven', async () => {
  await schedule(24, 10)
  await keeper.run()
  clock.advance(7 * 24 * HOUR_MS)
  await keeper.run()
  await keeper.run()
  expect(await ids()).toHaveLength(2)
})

it('one whose answer was lost is found again by its tag, and not made twice', async () => {
  await schedule(24, 3)
  const { create } = cloud.snapshots
  cloud.snapshots.create = async (...words) => {
    await create.apply(cloud.snapshots, words)
    throw new Error('the line went dead')
  }
  await keeper.run()
  expect(record()).toMatchObject({ lastAt: null, problem: expect.any(String) as string })
  cloud.snapshots.create = create
  keeper = newKeeper()
  await keeper.run()
  expect(await ids()).toHaveLength(1)
  expect(record()).toMatchObject({ lastSnapshotId: (await ids())[0], asking: null, problem: null })
})

it('what a person sets while a snapshot is being made holds', async () => {
  await schedule(24, 3)
  const { create } = cloud.snapshots
  cloud.snapshots.create = async (...words) => {
    const made = await create.apply(cloud.snapshots, words)
    const now = record()
    if (now) await schedules.put({ ...now, everyHours: 6, keep: 0 })
    return made
  }
  await keeper.run()
  expect(record()).toMatchObject({ everyHours: 6, keep: 0, asking: null, lastAt: '2026-01-01T00:00:00.000Z' })

  cloud.snapshots.create = async (...words) => {
    const made = await create.apply(cloud.snapshots, words)
    await schedules.remove(scheduleId(cloudId, location, volumeId))
    return made
  }
  clock.advance(6 * HOUR_MS)
  await keeper.run()
  expect(record()).toBeUndefined()
  expect(await ids()).toHaveLength(2)
})
