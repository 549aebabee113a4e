import { z } from 'zod'

/** Days of the week, Monday first. */
export const Weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])
export type Weekday = z.infer<typeof Weekday>

const timeOfDay = (pattern: RegExp, message: string) => z.string().regex(pattern, message)

/** On these days from `start` to `end`; an `end` at or before `start` is on the day after. */
const AllowedPeriod = z.strictObject({
  days: z.array(Weekday).min(1, 'Choose at least one day.').max(7),
  start: timeOfDay(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'Give a time from 00:00 to 23:59, such as 08:00.'),
  end: timeOfDay(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'Give a time from 00:00 to 24:00, such as 18:30.'),
})
type AllowedPeriod = z.infer<typeof AllowedPeriod>

/**
 * When a farm may run (“lights out”, reference 2.7), in the farm's time zone. When a period ends, the farm is suspended or
 * terminated; with `autostart` it comes back when the next one begins. Holds from the next launch or resume on.
 */
export const AllowedHours = z.strictObject({
  shutdown: z.enum(['suspend', 'terminate']).default('suspend'),
  periods: z.array(AllowedPeriod).min(1, 'Give at least one period.').max(50),
  autostart: z.boolean().default(false),
  /** Minutes before the end of a period at which a warning comes. */
  warnMinutes: z.array(z.number().int().min(1).max(1_440)).max(10).default([15]),
})
export type AllowedHours = z.infer<typeof AllowedHours>
