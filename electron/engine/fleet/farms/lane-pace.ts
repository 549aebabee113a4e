/** A pass while something is on its way. */
const BUSY_MS = 1_000
/** A pass while nothing is. */
const IDLE_MS = 15_000
/** A pass over a location where nothing has changed for long. */
const QUIET_MS = 30_000
const QUIET_AFTER_MS = 10 * 60_000

/**
 * How long a location waits after a pass. It never looks for more than a third of the time while busy, nor a tenth while
 * idle, so that a large or slow location takes the calls of the account from no other.
 */
export function lanePauseMs(lane: {
  /** Something here starts, stops, ends or is missed. */
  isBusy: boolean
  /** How long the pass took. */
  tookMs: number
  /** Since when no server here has changed its status. */
  unchangedMs: number
}): number {
  if (lane.isBusy) return Math.max(BUSY_MS, lane.tookMs * 2)
  return Math.max(lane.unchangedMs >= QUIET_AFTER_MS ? QUIET_MS : IDLE_MS, lane.tookMs * 10)
}
