import { expect, it } from 'vitest'
import { Lease } from '../../../shared/model/farms.ts'
import { aFarm, aFarmState } from '../../../tests/support/designs.ts'
import { leaseWords } from './lease-words.ts'

const lease = Lease.parse({ hours: 48, warnHours: [24], extensions: 2 })
const nowMs = Date.parse('2026-01-01T20:00:00Z')

it('says how much of a lease is left, and when it begins', () => {
  const farm = (state: Parameters<typeof aFarmState>[0], own: Lease | null = lease) => ({
    ...aFarm({ lease: own }),
    state: aFarmState(state),
  })
  expect(leaseWords(farm({}, null), nowMs)).toBe(null)
  expect(leaseWords(farm({ status: 'terminated' }), nowMs)).toMatchObject({
    text: '2 d 0 h from the launch',
    extensions: '2 extensions',
  })
  expect(leaseWords(farm({}), nowMs)).toMatchObject({ text: '2 d 0 h from the next launch' })
  const ends = { leaseEndsAt: '2026-01-03T00:00:00.000Z', leaseExtensions: 1 }
  expect(leaseWords(farm(ends), nowMs)).toMatchObject({
    text: '1 d 4 h left',
    extensions: '1 of 2 extensions used',
    isSoon: false,
  })
  expect(leaseWords(farm(ends), nowMs + 5 * 3_600_000)).toMatchObject({
    text: '23 h 0 min left',
    isSoon: true,
  })
  expect(leaseWords(farm(ends), nowMs + 48 * 3_600_000)).toMatchObject({ text: 'over' })
})
