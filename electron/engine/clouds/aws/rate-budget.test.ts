import { expect, test } from 'vitest'
import { ManualClock } from '../../../../tests/support/clocks.ts'
import { EC2_LIMITS, RateBudget, TokenBucket } from './rate-budget.ts'

/** Asks for tokens and tells which were given, by number. */
function takers(bucket: TokenBucket, count: number, given: number[]): Promise<void>[] {
  return Array.from({ length: count }, async (_, number) => {
    await bucket.take()
    given.push(number)
  })
}

test('a full bucket gives its capacity at once, then one token each refill, in order', async () => {
  const clock = new ManualClock()
  const bucket = new TokenBucket({ capacity: 3, refillPerSecond: 2 }, clock)
  const given: number[] = []
  const taken = takers(bucket, 5, given)
  await Promise.all(taken.slice(0, 3))
  expect(given).toEqual([0, 1, 2])
  clock.advance(499)
  await Promise.resolve()
  expect(given).toEqual([0, 1, 2])
  clock.advance(1)
  await taken[3]
  expect(given).toEqual([0, 1, 2, 3])
  clock.advance(500)
  await taken[4]
  expect(given).toEqual([0, 1, 2, 3, 4])
})

test('a bucket never holds more than its capacity', async () => {
  const clock = new ManualClock()
  const bucket = new TokenBucket({ capacity: 2, refillPerSecond: 10 }, clock)
  clock.advance(3_600_000)
  const given: number[] = []
  const taken = takers(bucket, 3, given)
  await Promise.all(taken.slice(0, 2))
  expect(given).toEqual([0, 1])
  clock.advance(100)
  await taken[2]
})

test('who stops waiting gives the token back', async () => {
  const clock = new ManualClock()
  const bucket = new TokenBucket({ capacity: 1, refillPerSecond: 1 }, clock)
  await bucket.take()
  const stop = new AbortController()
  const stopped = bucket.take(stop.signal)
  stop.abort(new Error('enough'))
  await expect(stopped).rejects.toThrow('enough')
  const next = bucket.take()
  await clock.whenSleeping(1000)
  clock.advance(1000)
  await next
})

test('each API of each region has its own bucket', async () => {
  const clock = new ManualClock()
  const budget = new RateBudget(clock)
  const burst = Array.from({ length: EC2_LIMITS.write.capacity }, () =>
    budget.take('eu-west-1', 'RunInstances', 'write'),
  )
  await Promise.all(burst)
  await budget.take('eu-west-1', 'StopInstances', 'write')
  await budget.take('us-east-1', 'RunInstances', 'write')
  const over = budget.take('eu-west-1', 'RunInstances', 'write')
  await clock.whenSleeping(1000 / EC2_LIMITS.write.refillPerSecond)
  clock.advance(1000)
  await over
})
