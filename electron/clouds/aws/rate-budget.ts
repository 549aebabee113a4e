import type { ApiUse } from '../../../shared/model/cloud-activity.ts'
import type { Clock } from '../../engine/ports.ts'

/** A bucket that holds at most `capacity` tokens and gains `refillPerSecond` tokens a second. */
export interface RateLimit {
  capacity: number
  refillPerSecond: number
}

/**
 * EC2's published limits. Each API is evaluated individually, for each account and region (EC2 Developer Guide, "Request
 * throttling for the Amazon EC2 API", tables "Request token bucket sizes and refill rates"). The resource-intensive APIs have
 * the same numbers as the mutating ones.
 */
const EC2_LIMITS = {
  read: { capacity: 100, refillPerSecond: 20 },
  /** Reads that are asked with neither a filter nor pages. */
  readAll: { capacity: 50, refillPerSecond: 10 },
  write: { capacity: 50, refillPerSecond: 5 },
  /** The price list, whose rate is not published: what has never been refused. */
  price: { capacity: 10, refillPerSecond: 5 },
} as const satisfies Record<string, RateLimit>

/** APIs with buckets of their own in the same tables. */
const OWN_LIMITS: Readonly<Record<string, RateLimit>> = {
  RunInstances: { capacity: 5, refillPerSecond: 2 },
  StartInstances: { capacity: 5, refillPerSecond: 2 },
  TerminateInstances: { capacity: 100, refillPerSecond: 5 },
  CreateTags: { capacity: 100, refillPerSecond: 10 },
  DeleteTags: { capacity: 100, refillPerSecond: 10 },
}

/** What calls take besides, a token for each instance (the same page, "Resource token bucket sizes and refill rates"). */
const RESOURCE_LIMITS: Readonly<Record<string, RateLimit>> = {
  RunInstances: { capacity: 1000, refillPerSecond: 2 },
  StartInstances: { capacity: 1000, refillPerSecond: 2 },
  StopInstances: { capacity: 1000, refillPerSecond: 20 },
  TerminateInstances: { capacity: 1000, refillPerSecond: 20 },
}

type CallKind = keyof typeof EC2_LIMITS

/** Gives tokens in the order in which they were asked for, as fast as its limit allows. */
export class TokenBucket {
  readonly limit: RateLimit
  readonly #clock: Clock
  #tokens: number
  #filledAtMs: number

  constructor(limit: RateLimit, clock: Clock) {
    this.limit = limit
    this.#clock = clock
    this.#tokens = limit.capacity
    this.#filledAtMs = clock.monotonic()
  }

  /** What is left now, never below 0. */
  left(): number {
    this.#refill()
    return Math.max(0, Math.floor(this.#tokens))
  }

  /**
   * Resolves once the tokens are there; more than the bucket can hold are taken when it is full. Rejects with the signal's
   * reason when aborted; the tokens are then given back.
   */
  async take(signal?: AbortSignal, count = 1): Promise<void> {
    signal?.throwIfAborted()
    const taken = Math.min(count, this.limit.capacity)
    this.#refill()
    this.#tokens -= taken
    if (this.#tokens >= 0) return
    const waitMs = Math.ceil((-this.#tokens / this.limit.refillPerSecond) * 1000)
    try {
      await this.#clock.sleep(waitMs, signal)
    } catch (thrown) {
      this.#tokens += taken
      throw thrown
    }
  }

  /** The cloud says that there is nothing left: somebody else uses the account too. */
  empty(): void {
    this.#refill()
    this.#tokens = Math.min(0, this.#tokens)
  }

  #refill(): void {
    const nowMs = this.#clock.monotonic()
    const gained = (Math.max(0, nowMs - this.#filledAtMs) / 1000) * this.limit.refillPerSecond
    this.#tokens = Math.min(this.limit.capacity, this.#tokens + gained)
    this.#filledAtMs = nowMs
  }
}

/** A call, for the budget. */
export interface BudgetedCall {
  location: string
  action: string
  kind: CallKind
  /** Instances that it starts, stops or ends. */
  resources?: number
}

/** The calls that one account may make: a bucket for each region and API, and what was used of them. */
export class RateBudget {
  readonly #clock: Clock
  readonly #buckets = new Map<string, Map<string, TokenBucket>>()
  readonly #recent = new Map<string, RecentCalls>()
  readonly #throttledAt = new Map<string, string>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves when the call may be made. Rejects with the signal's reason when aborted. */
  async take(call: BudgetedCall, signal?: AbortSignal): Promise<void> {
    const { location, action, kind, resources = 0 } = call
    await this.#bucket(location, bucketName(action, kind), OWN_LIMITS[action] ?? EC2_LIMITS[kind]).take(
      signal,
    )
    const byResource = RESOURCE_LIMITS[action]
    if (byResource && resources > 0) {
      await this.#bucket(location, `${action} instances`, byResource).take(signal, resources)
    }
    this.#recentIn(location).add(this.#clock.monotonic())
  }

  /** The cloud refused a call for its rate: what we counted as left is not there. */
  throttled({ location, action, kind }: BudgetedCall): void {
    this.#buckets.get(location)?.get(bucketName(action, kind))?.empty()
    this.#throttledAt.set(location, new Date(this.#clock.now()).toISOString())
  }

  /** What was used of it in a region. */
  use(location: string): ApiUse {
    const buckets = [...(this.#buckets.get(location) ?? [])].map(([action, bucket]) => ({
      action,
      left: bucket.left(),
      capacity: bucket.limit.capacity,
    }))
    const used = buckets.filter(({ left, capacity }) => left < capacity)
    return {
      callsLastMinute: this.#recentIn(location).count(this.#clock.monotonic()),
      tightest: used.sort((a, b) => a.left / a.capacity - b.left / b.capacity)[0] ?? null,
      throttledAt: this.#throttledAt.get(location) ?? null,
    }
  }

  #bucket(location: string, name: string, limit: RateLimit): TokenBucket {
    const here = this.#buckets.get(location) ?? new Map<string, TokenBucket>()
    this.#buckets.set(location, here)
    const known = here.get(name)
    if (known) return known
    const made = new TokenBucket(limit, this.#clock)
    here.set(name, made)
    return made
  }

  #recentIn(location: string): RecentCalls {
    const known = this.#recent.get(location)
    if (known) return known
    const made = new RecentCalls()
    this.#recent.set(location, made)
    return made
  }
}

/** Budgets by account: clouds that use the same account share one, because the cloud counts their calls together. */
export class RateBudgets {
  readonly #clock: Clock
  readonly #byAccount = new Map<string, RateBudget>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The budget of an account at an endpoint (null: AWS's own). */
  of(accountId: string, endpoint: string | null): RateBudget {
    const key = `${accountId} ${endpoint ?? ''}`
    const known = this.#byAccount.get(key)
    if (known) return known
    const made = new RateBudget(this.#clock)
    this.#byAccount.set(key, made)
    return made
  }
}

/** A read with neither filter nor pages has another bucket than the same read with them. */
function bucketName(action: string, kind: CallKind): string {
  return kind === 'readAll' ? `${action} (all)` : action
}

const WINDOW_S = 60

/** How many calls the last minute had, by the second. */
class RecentCalls {
  readonly #counts = new Array<number>(WINDOW_S).fill(0)
  #second = 0

  add(nowMs: number): void {
    this.#moveTo(nowMs)
    const at = this.#second % WINDOW_S
    this.#counts[at] = (this.#counts[at] ?? 0) + 1
  }

  count(nowMs: number): number {
    this.#moveTo(nowMs)
    return this.#counts.reduce((sum, count) => sum + count, 0)
  }

  #moveTo(nowMs: number): void {
    const second = Math.floor(nowMs / 1000)
    const passed = Math.min(WINDOW_S, Math.max(0, second - this.#second))
    for (let step = 1; step <= passed; step += 1) this.#counts[(second - passed + step) % WINDOW_S] = 0
    this.#second = Math.max(second, this.#second)
  }
}
