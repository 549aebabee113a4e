import { Lease } from '../../model/farms.ts'
import { type Path, type Tell, tellRepeated } from './checked-role.ts'

/** A lease warns before its end, and each warning once. */
export function checkLease(given: unknown, tell: Tell): void {
  const lease = Lease.safeParse(given).data
  if (!lease) return
  const path = (at: number): Path => ['lease', 'warnHours', at]
  for (const [at, hours] of lease.warnHours.entries()) {
    if (hours >= lease.hours) {
      tell(path(at), `A lease of ${lease.hours} hours cannot warn ${hours} hours before its end.`)
    }
  }
  tellRepeated(
    lease.warnHours.map((hours, at) => [path(at), String(hours)] as const),
    tell,
    (hours) => `It warns ${hours} hours before the end already.`,
  )
}
