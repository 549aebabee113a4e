import { describe, expect, it } from 'vitest'
import { aFarm, aFarmState } from '../../../tests/support/designs.ts'
import { type FarmState, Lease } from '../../model/farms.ts'
import { extendedLease, leaseEnd, leaseStep } from './lease.ts'

// The state's launch is 2026-01-01 00:00 UTC.
const lease = Lease.parse({ hours: 48, warnHours: [24, 1], extensions: 2, extensionHours: 12 })
const endsAt = '2026-01-03T00:00:00.000Z'

it('ends so many hours after the launch', () => {
  expect(leaseEnd(lease, '2026-01-01T00:00:00.000Z')).toBe(endsAt)
  expect(leaseEnd(null, '2026-01-01T00:00:00.000Z')).toBe(null)
})

describe('what a lease asks for', () => {
  it.each<[string, Partial<FarmState>, string, object]>([
    ['nothing early', {}, '2026-01-01T23:59:59Z', { kind: 'none' }],
    ['the first warning', {}, '2026-01-02T00:00:00Z', { kind: 'warn', hours: 24, endsAt }],
    ['not told twice', { leaseWarned: 24 }, '2026-01-02T12:00:00Z', { kind: 'none' }],
    ['the second warning', { leaseWarned: 24 }, '2026-01-02T23:00:00Z', { kind: 'warn', hours: 1 }],
    ['one warning where two were missed', {}, '2026-01-02T23:30:00Z', { kind: 'warn', hours: 1 }],
    ['nothing more after the last', { leaseWarned: 1 }, '2026-01-02T23:59:00Z', { kind: 'none' }],
    ['the end', { leaseWarned: 1 }, endsAt, { kind: 'end', endsAt }],
    ['the end after a day asleep, without a warning', {}, '2026-01-04T00:00:00Z', { kind: 'end' }],
    ['the end of a suspended farm', { status: 'suspended' }, endsAt, { kind: 'end' }],
    ['nothing once it ends', { status: 'terminating' }, endsAt, { kind: 'none' }],
    ['nothing without an end', { leaseEndsAt: null }, endsAt, { kind: 'none' }],
    ['nothing when the clock went back', { leaseWarned: 24 }, '2026-01-01T00:00:00Z', { kind: 'none' }],
  ])('%s', (_, state, at, expected) => {
    const own = aFarmState({ leaseEndsAt: endsAt, ...state })
    expect(leaseStep(lease, own, Date.parse(at))).toMatchObject(expected)
  })

  it('a lease shorter than a warning’s time starts without it', () => {
    const short = { ...lease, hours: 12 }
    const state = aFarmState({ leaseEndsAt: '2026-01-01T12:00:00.000Z' })
    expect(leaseStep(short, state, Date.parse('2026-01-01T00:00:01Z'))).toEqual({ kind: 'none' })
    expect(leaseStep(short, state, Date.parse('2026-01-01T11:00:00Z'))).toMatchObject({ hours: 1 })
  })
})

describe('extensions', () => {
  const farm = (change: Partial<FarmState>) => ({
    ...aFarm({ lease }),
    state: aFarmState({ leaseEndsAt: endsAt, ...change }),
  })

  it('move the end, and are counted', () => {
    expect(extendedLease(farm({}))).toEqual({ endsAt: '2026-01-03T12:00:00.000Z', left: 1 })
    expect(extendedLease(farm({ leaseExtensions: 1 }))).toMatchObject({ left: 0 })
  })

  it('are refused when they are used up, and without a lease that runs', () => {
    expect(extendedLease(farm({ leaseExtensions: 2 }))).toEqual({
      refusal: expect.stringContaining('extended 2 times already') as string,
    })
    expect(extendedLease(farm({ leaseEndsAt: null }))).toHaveProperty('refusal')
    expect(extendedLease(farm({ status: 'terminated' }))).toHaveProperty('refusal')
  })
})
