import type { Farm, FarmState, Lease } from '../../model/farms.ts'

const HOUR_MS = 3_600_000

/** When the lease of a farm that is launched at `launchedAt` ends; null without one. */
export function leaseEnd(lease: Lease | null, launchedAt: string): string | null {
  return lease && new Date(Date.parse(launchedAt) + lease.hours * HOUR_MS).toISOString()
}

/** The lease's end after one more extension, and how many are left then; or why there is none, as a sentence. */
export function extendedLease(
  farm: Pick<Farm, 'name' | 'lease' | 'state'>,
): { endsAt: string; left: number } | { refusal: string } {
  const { lease, state } = farm
  const isUp = state.status === 'running' || state.status === 'suspended'
  if (!lease || state.leaseEndsAt === null || !isUp) {
    return { refusal: `“${farm.name}” has no lease that runs. A lease starts with a launch.` }
  }
  const left = lease.extensions - state.leaseExtensions
  if (left <= 0) {
    return {
      refusal: `The lease of “${farm.name}” was extended ${state.leaseExtensions} times already, as often as its design allows. Allow more in the design, or take the lease out.`,
    }
  }
  const endsMs = Date.parse(state.leaseEndsAt) + lease.extensionHours * HOUR_MS
  return { endsAt: new Date(endsMs).toISOString(), left: left - 1 }
}

/** What a lease asks for at a moment. Of several warnings that were missed only the most urgent one is told. */
export type LeaseStep =
  { kind: 'none' } | { kind: 'warn'; hours: number; endsAt: string } | { kind: 'end'; endsAt: string }

/** Pure: the same moment asks for the same, and a warning that is written down as `leaseWarned` is not asked for again. */
export function leaseStep(lease: Lease | null, state: FarmState, nowMs: number): LeaseStep {
  const { leaseEndsAt: endsAt, launchedAt, leaseWarned } = state
  const isUp = state.status === 'running' || state.status === 'suspended'
  if (!lease || endsAt === null || launchedAt === null || !isUp) return { kind: 'none' }
  const endsMs = Date.parse(endsAt)
  const leftMs = endsMs - nowMs
  if (leftMs <= 0) return { kind: 'end', endsAt }
  // A lease shorter than a warning's time starts without that warning.
  const wholeMs = endsMs - Date.parse(launchedAt)
  const due = lease.warnHours.filter((hours) => leftMs <= hours * HOUR_MS && hours * HOUR_MS < wholeMs)
  const hours = Math.min(...due)
  if (due.length === 0 || (leaseWarned !== null && leaseWarned <= hours)) return { kind: 'none' }
  return { kind: 'warn', hours, endsAt }
}
