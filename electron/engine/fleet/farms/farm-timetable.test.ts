import { beforeEach, describe, expect, it } from 'vitest'
import { AllowedHours } from '../../../../shared/model/allowed-hours.ts'
import { type FarmDesign, type FarmState, Lease } from '../../../../shared/model/farms.ts'
import { ManualClock } from '../../../../tests/support/clocks.ts'
import { aFarm, aFarmState } from '../../../../tests/support/designs.ts'
import { testEvents } from '../../../../tests/support/events.ts'
import { silentLog } from '../../../../tests/support/logs.ts'
import { FarmStore } from '../../designs/farms/farm-store.ts'
import { FarmTimetable } from './farm-timetable.ts'
import { WakeWatch } from './wake-watch.ts'

const HOUR_MS = 3_600_000
const lease = Lease.parse({ hours: 48, warnHours: [24, 1] })
const hours = AllowedHours.parse({
  periods: [{ days: ['thu'], start: '08:00', end: '18:00' }],
  autostart: true,
})

/** A clock whose wall and steady time a test moves apart. */
class JumpingClock extends ManualClock {
  #aheadMs = 0
  override now(): number {
    return super.now() + this.#aheadMs
  }
  override monotonic(): number {
    return super.now()
  }
  jump(ms: number): void {
    this.#aheadMs += ms
  }
}

let clock: JumpingClock
let wakeWatch: WakeWatch
let done: string[]
let told: string[]
let notices: Map<string, string>
beforeEach(() => {
  clock = new JumpingClock(Date.UTC(2026, 0, 1) - 60_000)
  wakeWatch = new WakeWatch(clock)
  wakeWatch.onJump(() => done.push('observe'))
  // The clock of a machine that has just started is not believed at once.
  clock.advance(60_000)
  done = []
  told = []
  notices = new Map()
})

/** Lets so much time pass as it passes for an engine that runs: looked at in between. */
function passes(ms: number): void {
  for (let left = ms; left > 0; left -= 600_000) {
    clock.advance(Math.min(left, 600_000))
    wakeWatch.look()
  }
}

/** The farm of 2026-01-01 (a Thursday) 00:00 UTC, and what looks after its times. */
async function timetable(design: Partial<FarmDesign>, state: Partial<FarmState>) {
  const designs = [aFarm(design)]
  const states = [aFarmState(state)]
  const farms = new FarmStore({
    designs: { list: async () => designs, put: async () => undefined, remove: async () => undefined },
    states: { list: async () => states, put: async () => undefined, remove: async () => undefined },
    events: testEvents(clock),
    onChange: () => undefined,
  })
  await farms.start()
  const does =
    (verb: string, status: FarmState['status']) =>
    async ({ farmId }: { farmId: string }, cause?: { reason: string; byHours?: boolean }) => {
      done.push(`${verb}: ${cause?.reason ?? ''}`)
      const at = new Date(clock.now()).toISOString()
      const stoppedByHoursAt = cause?.byHours === true ? at : null
      await farms.changeState(farmId, (now) => ({ ...now, status, stoppedByHoursAt }))
      return { jobId: 'job' as never }
    }
  const table = () =>
    new FarmTimetable({
      farms,
      life: {
        launch: does('launch', 'running'),
        resume: does('resume', 'running'),
        suspend: does('suspend', 'suspended'),
        terminate: does('terminate', 'terminating'),
      },
      clock,
      log: silentLog,
      notices: { show: ({ id, title }) => void notices.set(id, title) },
      events: testEvents(clock, ({ kind }) => told.push(kind)),
      wakeWatch,
    })
  return { farms, look: table(), restarted: table }
}

describe('leases', () => {
  const running = { leaseEndsAt: '2026-01-03T00:00:00.000Z' }

  it('warns once at each time, then terminates and says why', async () => {
    const { look } = await timetable({ lease }, running)
    for (const [ms, count] of [
      [23 * HOUR_MS, 0],
      [HOUR_MS, 1],
      [HOUR_MS, 1],
      [22 * HOUR_MS, 2],
      [HOUR_MS / 2, 2],
    ] as const) {
      passes(ms)
      await look.look()
      expect(told).toHaveLength(count)
    }
    passes(HOUR_MS / 2)
    await look.look()
    await look.look()
    expect(told).toEqual(['LeaseWarning', 'LeaseWarning', 'LeaseEnded'])
    expect(done).toEqual(['terminate: its lease ended at 2026-01-03T00:00:00.000Z'])
    expect([...notices.values()]).toEqual([
      'The lease of shop ends within 24 hours',
      'The lease of shop ends within 1 hour',
      'The lease of shop ended',
    ])
  })

  it('tells a warning that was missed once, also over a restart', async () => {
    const { look, restarted } = await timetable({ lease }, running)
    passes(47.5 * HOUR_MS)
    await look.look()
    await restarted().look()
    expect(told).toEqual(['LeaseWarning'])
  })

  it('a laptop that slept over the end looks at the clouds first, and then terminates', async () => {
    const { look } = await timetable({ lease }, running)
    await look.look()
    clock.jump(60 * HOUR_MS)
    await look.look()
    expect(done).toEqual(['observe'])
    clock.advance(60_000)
    await look.look()
    expect(done).toEqual(['observe', 'terminate: its lease ended at 2026-01-03T00:00:00.000Z'])
  })

  it('a clock that jumps a day ahead and back terminates nothing and tells nothing', async () => {
    const { look } = await timetable({ lease }, running)
    passes(40 * HOUR_MS)
    await look.look()
    told.length = 0
    clock.jump(24 * HOUR_MS)
    await look.look()
    clock.advance(30_000)
    await look.look()
    clock.jump(-24 * HOUR_MS)
    for (let turn = 0; turn < 10; turn += 1) {
      await look.look()
      clock.advance(15_000)
    }
    expect(done).toEqual(['observe', 'observe'])
    expect(told).toEqual([])
  })

  it('scenario 4: a locked farm outlives its lease until it is unlocked, and that is said once', async () => {
    const lock = { comment: 'audit', by: 'ann', at: '2026-01-01T00:00:00.000Z' }
    const { farms, look } = await timetable({ lease }, { ...running, lock })
    passes(49 * HOUR_MS)
    await look.look()
    await look.look()
    expect(done).toEqual([])
    expect([...notices.values()]).toEqual(['shop is locked'])
    await farms.changeState('farm-1', (state) => ({ ...state, lock: null }))
    await look.look()
    expect(done).toHaveLength(1)
  })
})

describe('allowed hours', () => {
  it('scenario 13: hours added to a running farm do nothing when the window closes', async () => {
    const { look } = await timetable(
      { allowedHours: hours },
      { hours: null, ranSince: '2026-01-01T09:00:00.000Z' },
    )
    passes(20 * HOUR_MS)
    await look.look()
    expect(done).toEqual([])
  })

  it('scenario 13: in a run that began with them, the window’s end suspends and the next one resumes', async () => {
    const { look } = await timetable({ allowedHours: hours }, { hours, ranSince: '2026-01-01T09:00:00.000Z' })
    passes(17.8 * HOUR_MS)
    await look.look()
    await look.look()
    expect(told).toEqual(['HoursWarning'])
    passes(0.2 * HOUR_MS)
    await look.look()
    await look.look()
    passes(6.5 * 24 * HOUR_MS)
    await look.look()
    expect(done).toEqual(['suspend: its allowed hours ended at 2026-01-01T18:00:00.000Z'])
    passes(2 * HOUR_MS)
    await look.look()
    expect(done[1]).toBe('resume: its allowed hours began at 2026-01-08T08:00:00.000Z')
    expect(told).toEqual(['HoursWarning', 'HoursClosed', 'HoursOpened'])
  })
})
