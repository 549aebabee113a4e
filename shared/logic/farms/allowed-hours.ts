import type { AllowedHours } from '../../model/allowed-hours.ts'
import type { FarmDesign, FarmState } from '../../model/farms.ts'
import { instantOf, localTime } from './local-time.ts'

/** A stretch of time in which a farm may run. */
interface Window {
  startMs: number
  endMs: number
}

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
const MINUTE_MS = 60_000
/** Every period comes again within a week; one more day on each side for those that run over midnight. */
const DAYS_AROUND = 8

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

/** The windows around a moment in order of time; those that touch are one. */
function windowsAround(hours: AllowedHours, timeZone: string, nowMs: number): Window[] {
  const today = localTime(timeZone, nowMs)
  const windows: Window[] = []
  for (let ahead = -DAYS_AROUND; ahead <= DAYS_AROUND; ahead += 1) {
    const date = new Date(Date.UTC(today.year, today.month - 1, today.day + ahead))
    const weekday = weekdays[date.getUTCDay()]
    const day = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
    for (const period of hours.periods) {
      if (weekday === undefined || !period.days.includes(weekday)) continue
      const [start, end] = [minutesOf(period.start), minutesOf(period.end)]
      windows.push({
        startMs: instantOf(timeZone, day, start, 'earlier'),
        endMs: instantOf(timeZone, day, end > start ? end : end + 1440, 'later'),
      })
    }
  }
  const merged: Window[] = []
  for (const window of windows.toSorted((a, b) => a.startMs - b.startMs)) {
    const last = merged.at(-1)
    if (last && window.startMs <= last.endMs) last.endMs = Math.max(last.endMs, window.endMs)
    else if (window.endMs > window.startMs) merged.push({ ...window })
  }
  return merged
}

/** Whether a farm may run at a moment: since when and until when; null where that is further away than a week. */
export interface Opening {
  isOpen: boolean
  sinceMs: number | null
  untilMs: number | null
}

export function openingAt(hours: AllowedHours, timeZone: string, nowMs: number): Opening {
  const weekMs = 7 * 1440 * MINUTE_MS
  const near = (at: number | undefined): number | null =>
    at === undefined || Math.abs(at - nowMs) > weekMs ? null : at
  const windows = windowsAround(hours, timeZone, nowMs)
  const open = windows.find(({ startMs, endMs }) => startMs <= nowMs && nowMs < endMs)
  if (open) return { isOpen: true, sinceMs: near(open.startMs), untilMs: near(open.endMs) }
  return {
    isOpen: false,
    sinceMs: near(windows.findLast(({ endMs }) => endMs <= nowMs)?.endMs),
    untilMs: near(windows.find(({ startMs }) => startMs > nowMs)?.startMs),
  }
}

/** What the allowed hours ask for at a moment. */
export type HoursStep =
  | { kind: 'none' }
  | { kind: 'warn'; minutes: number; endsAt: string; shutdown: AllowedHours['shutdown'] }
  | { kind: 'close'; endedAt: string; shutdown: AllowedHours['shutdown'] }
  | { kind: 'open'; startedAt: string; how: 'launch' | 'resume' }

/**
 * A run ends when a window ends that it lay in; a run that a person began outside every window goes on until the next one
 * ends. What was missed (a laptop that slept) is made up for once, by how things are now. Pure.
 */
export function hoursStep(
  design: Pick<FarmDesign, 'timezone' | 'allowedHours'>,
  state: FarmState,
  nowMs: number,
): HoursStep {
  if (state.status === 'running') return whileRunning(design.timezone, state, nowMs)
  const { stoppedByHoursAt, status } = state
  if (stoppedByHoursAt === null || status === 'terminating') return { kind: 'none' }
  // Nothing runs, so what is designed now is what holds.
  const hours = design.allowedHours
  if (hours?.autostart !== true) return { kind: 'none' }
  const { isOpen, sinceMs } = openingAt(hours, design.timezone, nowMs)
  if (!isOpen || (sinceMs !== null && sinceMs < Date.parse(stoppedByHoursAt))) return { kind: 'none' }
  const startedAt = new Date(sinceMs ?? nowMs).toISOString()
  return { kind: 'open', startedAt, how: status === 'suspended' ? 'resume' : 'launch' }
}

function whileRunning(timeZone: string, state: FarmState, nowMs: number): HoursStep {
  const { hours, ranSince, hoursWarned } = state
  if (!hours || ranSince === null) return { kind: 'none' }
  const { shutdown } = hours
  const { isOpen, sinceMs, untilMs } = openingAt(hours, timeZone, nowMs)
  const ranSinceMs = Date.parse(ranSince)
  if (!isOpen) {
    if (sinceMs === null || sinceMs <= ranSinceMs) return { kind: 'none' }
    return { kind: 'close', endedAt: new Date(sinceMs).toISOString(), shutdown }
  }
  if (untilMs === null) return { kind: 'none' }
  const due = hours.warnMinutes.filter((minutes) => {
    const warnAtMs = untilMs - minutes * MINUTE_MS
    return warnAtMs <= nowMs && warnAtMs > ranSinceMs
  })
  const endsAt = new Date(untilMs).toISOString()
  const minutes = Math.min(...due)
  const wasTold = hoursWarned?.endsAt === endsAt && hoursWarned.minutes <= minutes
  return due.length === 0 || wasTold ? { kind: 'none' } : { kind: 'warn', minutes, endsAt, shutdown }
}

/** `mon, tue 08:00–18:00, then suspend`. */
export function hoursText({ periods, shutdown, autostart }: AllowedHours): string {
  const times = periods.map(({ days, start, end }) => `${days.join(', ')} ${start}–${end}`).join('; ')
  return `${times}, then ${shutdown}${autostart ? ' until the next period begins' : ''}`
}
