/** A moment as the clocks of a time zone show it. */
export interface LocalTime {
  year: number
  /** 1 to 12. */
  month: number
  day: number
  minuteOfDay: number
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(timeZone, made)
  return made
}

export function localTime(timeZone: string, atMs: number): LocalTime {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    minuteOfDay: part('hour') * 60 + part('minute'),
  }
}

/** How far the zone's clocks are ahead of UTC at a moment, in whole minutes. */
function offsetMinutes(timeZone: string, atMs: number): number {
  const { year, month, day, minuteOfDay } = localTime(timeZone, atMs)
  return Math.round(
    (Date.UTC(year, month - 1, day, 0, minuteOfDay) - Math.floor(atMs / 60_000) * 60_000) / 60_000,
  )
}

/**
 * When the zone's clocks show `minuteOfDay` on a day (a day after the month's last is one of the next month). A time that
 * they show twice is the `earlier` or the `later` one; one that they skip is as far after the gap as it lies in it.
 */
export function instantOf(
  timeZone: string,
  { year, month, day }: { year: number; month: number; day: number },
  minuteOfDay: number,
  which: 'earlier' | 'later',
): number {
  const asUtc = Date.UTC(year, month - 1, day, 0, minuteOfDay)
  const dayMs = 86_400_000
  // Clocks are changed by hours at most: the offsets a day before and after are all that can hold here.
  const candidates = [offsetMinutes(timeZone, asUtc - dayMs), offsetMinutes(timeZone, asUtc + dayMs)]
    .map((offset) => ({ offset, at: asUtc - offset * 60_000 }))
    .toSorted((a, b) => a.at - b.at)
  const real = candidates.filter(({ offset, at }) => offsetMinutes(timeZone, at) === offset)
  const chosen = which === 'earlier' ? real[0] : real.at(-1)
  return (chosen ?? candidates.at(-1))?.at ?? asUtc
}
