import type { Clock } from '../../ports.ts'

/** What the clocks may differ by, and a nap may take too long, before it counts. */
const TOLERANCE_MS = 30_000
/** Nothing that the engine does lets this much time pass between two looks. */
const LONGEST_GAP_MS = 1_800_000

/**
 * Notices that the machine slept or that its clock was set; the engine has one. What lies before such a moment says nothing
 * about now: all timers count from it, so that nothing is given up before it was looked at again.
 */
export class WakeWatch {
  readonly #clock: Clock
  readonly #listeners: (() => void)[] = []
  #wallMs: number
  #monotonicMs: number
  #awakeSinceMs: number
  #evenSinceMs: number
  #jumps = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#wallMs = clock.now()
    this.#monotonicMs = clock.monotonic()
    this.#awakeSinceMs = this.#wallMs
    this.#evenSinceMs = this.#monotonicMs
  }

  /** Calls the listener after each jump. */
  onJump(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** How often time has jumped so far: two answers that differ have a jump between them, whoever saw it. */
  get jumps(): number {
    return this.#jumps
  }

  /** How long the clock has gone evenly, by the steady clock. */
  get evenForMs(): number {
    return this.#clock.monotonic() - this.#evenSinceMs
  }

  /** Since when the engine has been there without a break, by the wall clock as it is now. */
  get awakeSinceMs(): number {
    return this.#awakeSinceMs
  }

  /** Compares the clocks with the last look; true when time has jumped since. */
  look(): boolean {
    const wallMs = this.#clock.now()
    const monotonicMs = this.#clock.monotonic()
    const passedMs = monotonicMs - this.#monotonicMs
    const jumpMs = Math.abs(wallMs - this.#wallMs - passedMs)
    this.#wallMs = wallMs
    this.#monotonicMs = monotonicMs
    if (jumpMs <= TOLERANCE_MS && passedMs <= LONGEST_GAP_MS) return false
    this.#jump()
    return true
  }

  /** Sleeps, and notices when the machine slept longer. Resolves when aborted, too. */
  async nap(ms: number, signal: AbortSignal): Promise<void> {
    const startedMs = this.#clock.monotonic()
    const { jumps } = this
    await this.#clock.sleep(ms, signal).catch(() => undefined)
    const overMs = this.#clock.monotonic() - startedMs - ms
    this.look()
    if (this.#jumps === jumps && overMs > TOLERANCE_MS) this.#jump()
  }

  #jump(): void {
    this.#jumps += 1
    this.#awakeSinceMs = this.#clock.now()
    this.#evenSinceMs = this.#clock.monotonic()
    for (const listener of this.#listeners) listener()
  }
}
