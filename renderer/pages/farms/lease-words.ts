import type { Farm } from '../../../shared/model/farms.ts'
import { duration } from '../../components/status/time-words.ts'

/** A farm's lease in words. */
export interface LeaseWords {
  /** `2 d 3 h left`, `7 d 0 h from the launch`. */
  text: string
  /** `1 of 3 extensions used`. */
  extensions: string
  endsAt: string | null
  /** Milliseconds left; null while it does not run. */
  leftMs: number | null
  /** A warning is due or was told. */
  isSoon: boolean
}

/** Null for a farm without a lease. A lease that came into a running farm starts with its next launch. */
export function leaseWords({ lease, state }: Farm, nowMs: number): LeaseWords | null {
  if (!lease) return null
  const { leaseEndsAt: endsAt, leaseExtensions } = state
  const extensions = `${String(leaseExtensions)} of ${String(lease.extensions)} extensions used`
  if (endsAt === null) {
    const text = `${duration(lease.hours * 3_600_000)} from the ${state.status === 'terminated' ? '' : 'next '}launch`
    return { text, extensions: `${String(lease.extensions)} extensions`, endsAt, leftMs: null, isSoon: false }
  }
  const leftMs = Date.parse(endsAt) - nowMs
  const isSoon = lease.warnHours.some((hours) => leftMs <= hours * 3_600_000)
  const text = leftMs <= 0 ? 'over' : `${duration(leftMs)} left`
  return { text, extensions, endsAt, leftMs, isSoon }
}
