import { z } from 'zod'
import { Location } from './clouds.ts'
import { CloudId, Timestamp } from './ids.ts'

/** What is used of the calls that a cloud allows an account in one region. */
export const ApiUse = z.object({
  callsLastMinute: z.number().int(),
  /** The call of which the least is left, or null while all of all is left. */
  tightest: z.object({ action: z.string(), left: z.number().int(), capacity: z.number().int() }).nullable(),
  /** When the cloud last refused a call for its rate. */
  throttledAt: Timestamp.nullable(),
})
export type ApiUse = z.infer<typeof ApiUse>

/** How fresh what is known of one location is, and what it cost to know it. */
export const CloudActivity = z.object({
  cloudId: CloudId,
  location: Location,
  /** When all instances of the location were last read; null before, or while there is nothing to look at. */
  observedAt: Timestamp.nullable(),
  use: ApiUse,
})
export type CloudActivity = z.infer<typeof CloudActivity>
