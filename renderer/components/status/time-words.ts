const units: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000_000],
  ['month', 2_592_000_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' })
const absolute = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'medium',
})

/** `3 min. ago`, `yesterday`, `just now`. */
export function relativeTime(isoTime: string, nowMs: number): string {
  const diffMs = Date.parse(isoTime) - nowMs
  for (const [unit, unitMs] of units) {
    if (Math.abs(diffMs) >= unitMs) return relative.format(Math.round(diffMs / unitMs), unit)
  }
  return diffMs > 5_000 ? 'in a moment' : 'just now'
}

/** The moment in the person's own zone, to the second. */
export function absoluteTime(isoTime: string): string {
  return absolute.format(Date.parse(isoTime))
}

/** `12 s`, `1 min 12 s`, `3 h 20 min`, `5 d 2 h`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}
