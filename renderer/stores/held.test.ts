import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { whileHeld } from './held.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('it goes on from the first holder until the last one let go', () => {
  const stop = vi.fn()
  const start = vi.fn(() => stop)
  const hold = whileHeld(start)
  const [one, other] = [hold(), hold()]
  one()
  // Letting go twice takes nobody else's hold.
  one()
  expect([start.mock.calls.length, stop.mock.calls.length]).toEqual([1, 0])
  other()
  expect(stop).toHaveBeenCalledOnce()
  hold()
  expect(start).toHaveBeenCalledTimes(2)
})

test('with a pause, who comes back in time finds it going on', () => {
  const stop = vi.fn()
  const start = vi.fn(() => stop)
  const hold = whileHeld(start, 1_000)
  hold()()
  vi.advanceTimersByTime(900)
  const back = hold()
  vi.advanceTimersByTime(5_000)
  expect([start.mock.calls.length, stop.mock.calls.length]).toEqual([1, 0])
  back()
  vi.advanceTimersByTime(1_000)
  expect(stop).toHaveBeenCalledOnce()
})
