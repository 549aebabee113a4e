import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../electron/engine/ports.ts'

/** The clock of the machine. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    try {
      await sleep(ms, undefined, { signal })
    } catch (thrown) {
      signal?.throwIfAborted()
      throw thrown
    }
  },
}

interface Sleeper {
  at: number
  resolve: () => void
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now: number
  readonly #sleepers = new Set<Sleeper>()
  readonly #watchers = new Set<() => void>()

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#now = startMs
  }

  now(): number {
    return this.#now
  }

  monotonic(): number {
    return this.#now
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    await new Promise<void>((resolve, reject) => {
      const sleeper = { at: this.#now + ms, resolve }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper)
        reject(signal.reason as Error)
      })
      for (const watcher of this.#watchers) watcher()
    })
  }

  /** Resolves once somebody sleeps for exactly `ms` from now, so that a test knows when to move the time. */
  async whenSleeping(ms: number): Promise<void> {
    const isSleeping = (): boolean => [...this.#sleepers].some((sleeper) => sleeper.at === this.#now + ms)
    if (isSleeping()) return
    await new Promise<void>((resolve) => {
      const watcher = (): void => {
        if (!isSleeping()) return
        this.#watchers.delete(watcher)
        resolve()
      }
      this.#watchers.add(watcher)
    })
  }

  /** Moves the time and wakes who is due. */
  advance(ms: number): void {
    this.#now += ms
    for (const sleeper of this.#sleepers) {
      if (sleeper.at > this.#now) continue
      this.#sleepers.delete(sleeper)
      sleeper.resolve()
    }
  }
}

/**
 * A clock on which everything passes `factor` times as fast as on the machine's, and whose wall clock a test can make jump
 * while the steady one goes on evenly.
 */
export class FastClock implements Clock {
  readonly #factor: number
  readonly #startedMs = performance.now()
  #wallMs: number

  constructor(factor: number, startMs = Date.UTC(2026, 0, 5, 12)) {
    this.#factor = factor
    this.#wallMs = startMs
  }

  now(): number {
    return Math.round(this.#wallMs + this.monotonic())
  }

  monotonic(): number {
    return (performance.now() - this.#startedMs) * this.#factor
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return realClock.sleep(ms / this.#factor, signal)
  }

  jump(ms: number): void {
    this.#wallMs += ms
  }
}

/** A manual clock whose wall time a test sets, as a person or a sleeping laptop does. */
export class LaptopClock extends ManualClock {
  #offsetMs = 0

  override now(): number {
    return super.now() + this.#offsetMs
  }

  /** Sets the wall clock ahead, or back; the monotonic one stands still, as while a laptop sleeps. */
  jump(ms: number): void {
    this.#offsetMs += ms
  }
}
