import { expect, test } from 'vitest'
import type { Clock } from '../../ports.ts'
import { WakeWatch } from './wake-watch.ts'

const day = 86_400_000

/** Both clocks by hand, as a laptop has them. */
class TwoClocks implements Clock {
  wallMs = Date.UTC(2026, 0, 1)
  monotonicMs = 0

  now = (): number => this.wallMs
  monotonic = (): number => this.monotonicMs
  async sleep(ms: number): Promise<void> {
    this.pass(ms)
  }
  pass(ms: number): void {
    this.wallMs += ms
    this.monotonicMs += ms
  }
}

test.each<[string, (clock: TwoClocks) => void, boolean]>([
  ['time that passes', (clock) => clock.pass(60_000), false],
  ['a clock that is corrected by a little', (clock) => (clock.wallMs -= 2_000), false],
  ['a clock that is set ahead', (clock) => (clock.wallMs += day), true],
  ['a clock that is set back', (clock) => (clock.wallMs -= day), true],
  ['a sleep during which the monotonic clock stands still', (clock) => (clock.wallMs += day), true],
  ['a sleep during which it goes on', (clock) => clock.pass(day), true],
])('%s', (_what, happen, isJump) => {
  const clock = new TwoClocks()
  const watch = new WakeWatch(clock)
  const startMs = watch.awakeSinceMs
  happen(clock)
  expect(watch.look()).toBe(isJump)
  expect(watch.awakeSinceMs).toBe(isJump ? clock.wallMs : startMs)
  expect(watch.look()).toBe(false)
})

test('a nap that lasts longer than it was to last was a sleep of the machine', async () => {
  const clock = new TwoClocks()
  const watch = new WakeWatch(clock)
  await watch.nap(15_000, new AbortController().signal)
  expect(watch.awakeSinceMs).toBe(Date.UTC(2026, 0, 1))
  clock.sleep = async (ms) => clock.pass(ms + 600_000)
  await watch.nap(15_000, new AbortController().signal)
  expect(watch.awakeSinceMs).toBe(clock.wallMs)
})
