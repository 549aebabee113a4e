import type { Clock } from '../../ports.ts'

/** A bucket that holds at most `capacity` tokens and gains `refillPerSecond` tokens a second. */
export interface RateLimit {
  capacity: number
  refillPerSecond: number
}

/**
 * EC2's published limits. Each API is evaluated individually, for each account and region (EC2 Developer Guide, "Request
 * throttling for the Amazon EC2 API", tables "Request token bucket sizes and refill rates").
 */
export const EC2_LIMITS = {
  read: { capacity: 100, refillPerSecond: 20 },
  /** Reads that are asked with neither a filter nor pages. */
  readAll: { capacity: 50, refillPerSecond: 10 },
  write: { capacity: 50, refillPerSecond: 5 },
  /** The price list, whose rate is not published: what has never been refused. */
  price: { capacity: 10, refillPerSecond: 5 },
} as const satisfies Record<string, RateLimit>

export type CallKind = keyof typeof EC2_LIMITS

/** Gives tokens in the order in which they were asked for, as fast as its limit allows. */
export class TokenBucket {
  readonly #limit: RateLimit
  readonly #clock: Clock
  #tokens: number
  #filledAtMs: number

  constructor(limit: RateLimit, clock: Clock) {
    this.#limit = limit
    this.#clock = clock
    this.#tokens = limit.capacity
    this.#filledAtMs = clock.monotonic()
  }

  /** Resolves once a token is there. Rejects with the signal's reason when aborted; the token is then given back. */
  async take(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    this.#refill()
    this.#tokens -= 1
    if (this.#tokens >= 0) return
    const waitMs = Math.ceil((-this.#tokens / this.#limit.refillPerSecond) * 1000)
    try {
      await this.#clock.sleep(waitMs, signal)
    } catch (thrown) {
      this.#tokens += 1
      throw thrown
    }
  }

  #refill(): void {
    const nowMs = this.#clock.monotonic()
    const gained = (Math.max(0, nowMs - this.#filledAtMs) / 1000) * this.#limit.refillPerSecond
    this.#tokens = Math.min(this.#limit.capacity, this.#tokens + gained)
    this.#filledAtMs = nowMs
  }
}

/** The calls that one account may make: a bucket for each region and API. */
export class RateBudget {
  readonly #clock: Clock
  readonly #buckets = new Map<string, TokenBucket>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves when the call may be made. Rejects with the signal's reason when aborted. */
  async take(location: string, action: string, kind: CallKind, signal?: AbortSignal): Promise<void> {
    const key = `${location}/${action}/${kind}`
    let bucket = this.#buckets.get(key)
    if (!bucket) {
      bucket = new TokenBucket(EC2_LIMITS[kind], this.#clock)
      this.#buckets.set(key, bucket)
    }
    await bucket.take(signal)
  }
}
