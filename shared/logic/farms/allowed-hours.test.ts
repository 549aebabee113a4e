import { describe, expect, it } from 'vitest'
import { aFarmState } from '../../../tests/support/designs.ts'
import { AllowedHours } from '../../model/allowed-hours.ts'
import type { FarmState } from '../../model/farms.ts'
import { hoursStep, openingAt } from './allowed-hours.ts'

const office = AllowedHours.parse({
  periods: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], start: '08:00', end: '18:00' }],
  warnMinutes: [60, 15],
})
const zurich = 'Europe/Zurich'
const ms = (time: string): number => Date.parse(time)
const iso = (at: number | null): string | null =>
  at === null ? null : new Date(at).toISOString().replace(':00.000Z', 'Z')

function opening(periods: AllowedHours['periods'], at: string, timeZone = zurich) {
  const { isOpen, sinceMs, untilMs } = openingAt({ ...office, periods }, timeZone, ms(at))
  return [isOpen, iso(sinceMs), iso(untilMs)]
}

describe('openings in the farm’s time zone', () => {
  // 2026-01-05 is a Monday; Zurich is UTC+1 then.
  it.each([
    ['before the first', '2026-01-05T06:59:00Z', [false, '2026-01-02T17:00Z', '2026-01-05T07:00Z']],
    ['its first minute', '2026-01-05T07:00:00Z', [true, '2026-01-05T07:00Z', '2026-01-05T17:00Z']],
    ['its last minute', '2026-01-05T16:59:00Z', [true, '2026-01-05T07:00Z', '2026-01-05T17:00Z']],
    ['its end', '2026-01-05T17:00:00Z', [false, '2026-01-05T17:00Z', '2026-01-06T07:00Z']],
    ['a weekend', '2026-01-10T12:00:00Z', [false, '2026-01-09T17:00Z', '2026-01-12T07:00Z']],
    ['summer time', '2026-07-06T06:00:00Z', [true, '2026-07-06T06:00Z', '2026-07-06T16:00Z']],
  ])('%s', (_, at, expected) => {
    expect(opening(office.periods, at)).toEqual(expected)
  })

  it('another time zone has other hours', () => {
    expect(opening(office.periods, '2026-01-05T13:00:00Z', 'America/New_York')[0]).toBe(true)
    expect(opening(office.periods, '2026-01-05T12:59:00Z', 'America/New_York')[0]).toBe(false)
  })

  it('a period whose end is not after its start ends the next day, and periods that touch are one', () => {
    const night = [{ days: ['mon' as const], start: '22:00', end: '06:00' }]
    expect(opening(night, '2026-01-06T02:00:00Z')).toEqual([true, '2026-01-05T21:00Z', '2026-01-06T05:00Z'])
    const days = [
      { days: ['mon' as const], start: '00:00', end: '24:00' },
      { days: ['tue' as const], start: '00:00', end: '12:00' },
    ]
    expect(opening(days, '2026-01-06T08:00:00Z')).toEqual([true, '2026-01-04T23:00Z', '2026-01-06T11:00Z'])
  })

  it('hours without an end have none', () => {
    const always = [
      {
        days: [
          'mon' as const,
          'tue' as const,
          'wed' as const,
          'thu' as const,
          'fri' as const,
          'sat' as const,
          'sun' as const,
        ],
        start: '00:00',
        end: '24:00',
      },
    ]
    expect(opening(always, '2026-01-06T08:00:00Z')).toEqual([true, null, null])
  })

  // Zurich: 2026-03-29 02:00 becomes 03:00, 2026-10-25 03:00 becomes 02:00.
  const sundays = (start: string, end: string) => [{ days: ['sun' as const], start, end }]
  it.each([
    [
      'a start that the clocks skip',
      sundays('02:30', '06:00'),
      '2026-03-29T01:45:00Z',
      '2026-03-29T01:30Z',
      '2026-03-29T04:00Z',
    ],
    [
      'an end that the clocks skip',
      sundays('00:00', '02:30'),
      '2026-03-29T01:15:00Z',
      '2026-03-28T23:00Z',
      '2026-03-29T01:30Z',
    ],
    [
      'a day of 23 hours',
      sundays('00:00', '24:00'),
      '2026-03-29T12:00:00Z',
      '2026-03-28T23:00Z',
      '2026-03-29T22:00Z',
    ],
    [
      'a day of 25 hours',
      sundays('00:00', '24:00'),
      '2026-10-25T12:00:00Z',
      '2026-10-24T22:00Z',
      '2026-10-25T23:00Z',
    ],
    [
      'a start that comes twice',
      sundays('02:30', '06:00'),
      '2026-10-25T00:45:00Z',
      '2026-10-25T00:30Z',
      '2026-10-25T05:00Z',
    ],
    [
      'an end that comes twice',
      sundays('00:00', '02:30'),
      '2026-10-25T01:15:00Z',
      '2026-10-24T22:00Z',
      '2026-10-25T01:30Z',
    ],
  ])('daylight saving: %s', (_, periods, at, since, until) => {
    expect(opening(periods, at)).toEqual([true, since, until])
  })
})

function step(state: Partial<FarmState>, at: string, hours: AllowedHours | null = office) {
  return hoursStep(
    { timezone: zurich, allowedHours: hours },
    aFarmState({ hours: office, ranSince: '2026-01-05T08:00:00.000Z', ...state }),
    ms(at),
  )
}

describe('what the hours ask for', () => {
  it.each<[string, Partial<FarmState>, string, object]>([
    ['nothing in the middle', {}, '2026-01-05T12:00:00Z', { kind: 'none' }],
    ['a warning an hour before', {}, '2026-01-05T16:00:00Z', { kind: 'warn', minutes: 60 }],
    [
      'not told twice',
      { hoursWarned: { endsAt: '2026-01-05T17:00:00.000Z', minutes: 60 } },
      '2026-01-05T16:30:00Z',
      { kind: 'none' },
    ],
    [
      'the next one',
      { hoursWarned: { endsAt: '2026-01-05T17:00:00.000Z', minutes: 60 } },
      '2026-01-05T16:45:00Z',
      { kind: 'warn', minutes: 15 },
    ],
    [
      'only the most urgent of two that were missed',
      {},
      '2026-01-05T16:50:00Z',
      { kind: 'warn', minutes: 15 },
    ],
    [
      'no warning whose time was before the run',
      { ranSince: '2026-01-05T16:30:00.000Z' },
      '2026-01-05T16:31:00Z',
      { kind: 'none' },
    ],
    ['the end', {}, '2026-01-05T17:00:00Z', { kind: 'close', endedAt: '2026-01-05T17:00:00.000Z' }],
    [
      'an end that was slept over',
      {},
      '2026-01-10T09:00:00Z',
      { kind: 'close', endedAt: '2026-01-09T17:00:00.000Z' },
    ],
    ['nothing when it is open again', {}, '2026-01-12T09:00:00Z', { kind: 'none' }],
    [
      'nothing for a run that began outside',
      { ranSince: '2026-01-05T19:00:00.000Z' },
      '2026-01-05T20:00:00Z',
      { kind: 'none' },
    ],
    ['nothing without hours in this run', { hours: null }, '2026-01-05T20:00:00Z', { kind: 'none' }],
  ])('a running farm: %s', (_, state, at, expected) => {
    expect(step(state, at)).toMatchObject(expected)
  })

  const asleep = { status: 'suspended', stoppedByHoursAt: '2026-01-05T17:00:10.000Z' } as const
  const starting = { ...office, autostart: true }
  it.each<[string, Partial<FarmState>, string, AllowedHours | null, object]>([
    ['stays down while it is closed', asleep, '2026-01-06T06:59:00Z', starting, { kind: 'none' }],
    [
      'comes back with the next period',
      asleep,
      '2026-01-06T07:00:00Z',
      starting,
      { kind: 'open', how: 'resume' },
    ],
    ['also late', asleep, '2026-01-06T11:00:00Z', starting, { kind: 'open', how: 'resume' }],
    [
      'is launched when it was terminated',
      { ...asleep, status: 'terminated' },
      '2026-01-06T07:00:00Z',
      starting,
      { kind: 'open', how: 'launch' },
    ],
    ['only with autostart', asleep, '2026-01-06T07:00:00Z', office, { kind: 'none' }],
    ['only while the design has hours', asleep, '2026-01-06T07:00:00Z', null, { kind: 'none' }],
    [
      'not when a person stopped it',
      { status: 'suspended' },
      '2026-01-06T07:00:00Z',
      starting,
      { kind: 'none' },
    ],
    [
      'not while it ends',
      { ...asleep, status: 'terminating' },
      '2026-01-06T07:00:00Z',
      starting,
      { kind: 'none' },
    ],
  ])('a stopped farm: %s', (_, state, at, hours, expected) => {
    expect(step(state, at, hours)).toMatchObject(expected)
  })
})
