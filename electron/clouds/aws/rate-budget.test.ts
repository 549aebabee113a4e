import { expect, test } from 'vitest'
import { ManualClock } from '../../../tests/support/clocks.ts'
import { type BudgetedCall, RateBudget, RateBudgets, TokenBucket } from './rate-budget.ts'

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

const call = (action: string, change: Partial<BudgetedCall> = {}): BudgetedCall => ({
  location: 'eu-west-1',
  action,
  kind: 'write',
  ...change,
})

/** How many of so many calls at once may be made at once. */
async function atOnce(budget: RateBudget, calls: number, one: BudgetedCall): Promise<number> {
  const stop = new AbortController()
  const outcomes = Array.from({ length: calls }, () => budget.take(one, stop.signal))
  let given = 0
  for (const outcome of outcomes) void outcome.then(() => (given += 1)).catch(() => undefined)
  await new Promise((resolve) => setImmediate(resolve))
  stop.abort(new Error('enough'))
  await Promise.allSettled(outcomes)
  return given
}

test('each API of each region has its own bucket', async () => {
  const budget = new RateBudget(new ManualClock())
  expect(await atOnce(budget, 60, call('CreateVolume'))).toBe(50)
  expect(await atOnce(budget, 60, call('CreateSnapshot'))).toBe(50)
  expect(await atOnce(budget, 60, call('CreateVolume', { location: 'us-east-1' }))).toBe(50)
  expect(await atOnce(budget, 60, call('CreateVolume'))).toBe(0)
})

test.each<[string, Partial<BudgetedCall>, number]>([
  ['DescribeInstances', { kind: 'read' }, 100],
  ['DescribeAvailabilityZones', { kind: 'readAll' }, 50],
  ['AuthorizeSecurityGroupIngress', {}, 50],
  ['RunInstances', {}, 5],
  ['StartInstances', {}, 5],
  ['TerminateInstances', {}, 100],
  ['CreateTags', {}, 100],
])('%s has EC2’s published bucket', async (action, change, capacity) => {
  expect(await atOnce(new RateBudget(new ManualClock()), 150, call(action, change))).toBe(capacity)
})

test('a launch takes a token for each instance too: a thousand, then two a second', async () => {
  const clock = new ManualClock()
  const budget = new RateBudget(clock)
  await budget.take(call('RunInstances', { resources: 1_000 }))
  const more = budget.take(call('RunInstances', { resources: 20 }))
  await clock.whenSleeping(10_000)
  clock.advance(10_000)
  await more
})

test('a cloud that throttles empties the bucket', async () => {
  const clock = new ManualClock()
  const budget = new RateBudget(clock)
  await budget.take(call('CreateVolume'))
  budget.throttled(call('CreateVolume'))
  expect(await atOnce(budget, 1, call('CreateVolume'))).toBe(0)
  expect(await atOnce(budget, 1, call('CreateSnapshot'))).toBe(1)
  expect(budget.use('eu-west-1').throttledAt).toBe(new Date(clock.now()).toISOString())
})

test('tells what was used in the last minute, and of which call the least is left', async () => {
  const clock = new ManualClock()
  const budget = new RateBudget(clock)
  expect(budget.use('eu-west-1')).toEqual({ callsLastMinute: 0, tightest: null, throttledAt: null })
  for (let n = 0; n < 4; n += 1) await budget.take(call('RunInstances', { resources: 1 }))
  for (let n = 0; n < 10; n += 1) await budget.take(call('DescribeInstances', { kind: 'read' }))
  expect(budget.use('eu-west-1')).toMatchObject({
    callsLastMinute: 14,
    tightest: { action: 'RunInstances', left: 1, capacity: 5 },
  })
  clock.advance(59_000)
  expect(budget.use('eu-west-1')).toMatchObject({ callsLastMinute: 14, tightest: null })
  clock.advance(1_000)
  expect(budget.use('eu-west-1').callsLastMinute).toBe(0)
  expect(budget.use('us-east-1').callsLastMinute).toBe(0)
})

test('clouds of the same account at the same endpoint share one budget', () => {
  const budgets = new RateBudgets(new ManualClock())
  expect(budgets.of('1', null)).toBe(budgets.of('1', null))
  expect(budgets.of('1', null)).not.toBe(budgets.of('2', null))
  expect(budgets.of('1', null)).not.toBe(budgets.of('1', 'http://127.0.0.1:1'))
})

test('looking at 5,000 servers in 10 regions every second stays within the published rates', async () => {
  const clock = new ManualClock()
  const budget = new RateBudget(clock)
  const look = { action: 'DescribeInstances', kind: 'read' } as const
  const pages = Math.ceil(5_000 / 10 / 1_000)
  for (let second = 0; second < 120; second += 1) {
    for (let region = 0; region < 10; region += 1) {
      for (let page = 0; page < pages; page += 1)
        await budget.take({ ...look, location: `region-${String(region)}` })
    }
    clock.advance(1_000)
  }
  expect(budget.use('region-0')).toEqual({ callsLastMinute: 59, tightest: null, throttledAt: null })
  // All of them in one region: five pages a look.
  for (let second = 0; second < 120; second += 1) {
    for (let page = 0; page < 5; page += 1) await budget.take({ ...look, location: 'one' })
    clock.advance(1_000)
  }
  expect(budget.use('one').tightest).toBeNull()
})
