/** How long the engine waits for what, in milliseconds. */
export interface LifePolicy {
  /** An instance may be absent from lists this long after it was launched (eventual consistency). */
  appearMs: number
  /** Absent this long: the server is Missing. */
  missingMs: number
  /** Missing this long: the server is Terminated (crashed). */
  goneMs: number
  /** Not running this long after its launch: it is terminated. */
  launchTimeoutMs: number
  /** SSH that does not answer this long after the instance runs no longer holds the server back. */
  sshWaitMs: number
  /**
   * What lies before this moment counts for no timer: the engine was not there (stopped, asleep), or the clock was another
   * one. Absent: everything counts.
   */
  countFromMs?: number
}

/** No two looks at one clock differ by more. */
const AHEAD_MS = 5_000

/** How long something lasts already, as far as the engine was there to see it. */
export function elapsedMs(since: string, nowMs: number, policy: Pick<LifePolicy, 'countFromMs'>): number {
  const sinceMs = Date.parse(since)
  const fromMs = policy.countFromMs ?? sinceMs
  // A moment that lies well ahead was written before the clock went back.
  return nowMs - (sinceMs > nowMs + AHEAD_MS ? fromMs : Math.min(nowMs, Math.max(sinceMs, fromMs)))
}

export const DEFAULT_LIFE_POLICY: LifePolicy = {
  appearMs: 90_000,
  missingMs: 60_000,
  goneMs: 300_000,
  launchTimeoutMs: 2_400_000,
  sshWaitMs: 180_000,
}
