import { describe, expect, test } from 'vitest'
import { aFarm, aServer } from '../../../tests/support/designs.ts'
import type { PriceList } from '../../model/clouds.ts'
import type { OsFamily } from '../../model/images.ts'
import {
  costText,
  designCost,
  hourlyPrice,
  moneyText,
  NO_COST,
  pricedSystem,
  runningCost,
  sumCosts,
  timesCost,
} from './farm-cost.ts'

const list: PriceList = {
  currency: 'USD',
  asOf: '2026-03-01T00:00:00.000Z',
  hourly: { 't3.micro': 0.01, 'm6i.large': 0.1 },
  hourlyOf: { windows: { 't3.micro': 0.02 } },
  volumeGibMonth: { gp3: 0.073 },
}

function knowledge(lists: Record<string, PriceList> = { 'sandbox-east-1': list }, os: OsFamily = 'debian') {
  return { prices: (_: string, location: string) => lists[location] ?? null, osOf: () => os }
}

function cost(roles: Parameters<typeof aFarm>[1], known = knowledge()) {
  return designCost(aFarm({}, roles).roles, known)
}

test.each<[OsFamily | undefined, string]>([
  ['windows', 'windows'],
  ['redhat', 'rhel'],
  ['suse', 'suse'],
  ['ubuntu', 'linux'],
  ['sandbox', 'linux'],
  [undefined, 'linux'],
])('%s is billed as %s', (os, system) => expect(pricedSystem(os)).toBe(system))

test('a type that the list does not name has no price, never 0', () => {
  expect(hourlyPrice(list, 't3.micro', 'linux')).toBe(0.01)
  expect(hourlyPrice(list, 't3.micro', 'windows')).toBe(0.02)
  expect(hourlyPrice(list, 't3.micro', 'rhel')).toBeNull()
  expect(hourlyPrice(list, 'x9.huge', 'linux')).toBeNull()
  expect(hourlyPrice(null, 't3.micro', 'linux')).toBeNull()
})

describe('a design', () => {
  test('costs its fewest and its most servers', () => {
    const { min, max, byRole } = cost([
      { alias: 'web', scaling: { min: 2, max: 5 } },
      { alias: 'db', instanceType: 'm6i.large', scaling: { min: 1, max: 1 } },
    ])
    expect(min.amounts).toEqual([{ currency: 'USD', perHour: expect.closeTo(0.12) }])
    expect(max.amounts).toEqual([{ currency: 'USD', perHour: expect.closeTo(0.15) }])
    expect(byRole.get('web')?.one.amounts[0]?.perHour).toBeCloseTo(0.01)
    expect(min.asOf).toBe(list.asOf)
  })

  test('scaled by hand it launches nothing by itself', () => {
    const { min, max, byRole } = cost([{ scaling: { enabled: false, min: 3, max: 3 } }])
    expect([min, max]).toEqual([NO_COST, NO_COST])
    expect(byRole.get('web')?.one.amounts).toHaveLength(1)
  })

  test('volumes cost by the month of 730 hours, each disk of an array', () => {
    const { byRole } = cost([
      {
        storage: {
          root: { sizeGib: 10 },
          volumes: [{ name: 'data', sizeGib: 100, raid: { level: 10, disks: 4, via: 'mdadm' } }],
        },
      },
    ])
    expect(byRole.get('web')?.one.amounts[0]?.perHour).toBeCloseTo(0.01 + (0.073 * 410) / 730)
  })

  test('what has no price is named once and not counted as 0', () => {
    const { min } = cost([
      { alias: 'a', instanceType: 'x9.huge', scaling: { min: 3, max: 3 } },
      { alias: 'b', instanceType: 'x9.huge' },
      { alias: 'c', cloudFeatures: { tenancy: 'dedicated' } },
      { alias: 'd', storage: { volumes: [{ name: 'data', type: 'io2' }] } },
    ])
    expect(min.unknown).toEqual([
      'io2 volumes in sandbox-east-1',
      't3.micro on a dedicated host in sandbox-east-1',
      'x9.huge in sandbox-east-1',
    ])
    expect(min.amounts[0]?.perHour).toBeCloseTo(0.01)
  })

  test('spot servers cost at most their cap or the list price', () => {
    const capped = cost([{ cloudFeatures: { spot: { maxPricePerHour: 0.004 } } }]).min
    expect(capped).toMatchObject({ amounts: [{ perHour: 0.004 }], isAtMost: true })
    const open = cost([{ cloudFeatures: { spot: { maxPricePerHour: null } } }]).min
    expect(open).toMatchObject({ amounts: [{ perHour: 0.01 }], isAtMost: true })
  })

  test('currencies are not added up, and the oldest list dates the sum', () => {
    const lists = {
      'sandbox-east-1': list,
      'cn-north-1': { ...list, currency: 'CNY', asOf: '2026-01-01T00:00:00.000Z' },
    }
    const { min } = cost([{ alias: 'a' }, { alias: 'b', location: 'cn-north-1' }], knowledge(lists))
    expect(min.amounts.map(({ currency }) => currency).sort()).toEqual(['CNY', 'USD'])
    expect(min.asOf).toBe('2026-01-01T00:00:00.000Z')
  })
})

describe('servers as they are', () => {
  const role = aFarm({}, [{ storage: { volumes: [{ name: 'data', sizeGib: 100 }] } }]).roles[0]
  const known = { ...knowledge(), roleOf: () => role }
  const perVolume = 7.3 / 730

  test.each([
    ['running', 'running', 0.01 + perVolume],
    ['pending', 'pending', 0.01 + perVolume],
    ['pending-terminate', 'running', 0.01 + perVolume],
    ['suspended', 'stopped', perVolume],
    ['pending-terminate', 'terminated', 0],
    ['pending-launch', null, 0],
    ['terminated', 'terminated', 0],
  ] as const)('%s with an instance that is %s', (status, instanceState, perHour) => {
    const { amounts } = runningCost([aServer({ status, instanceState })], known)
    expect(amounts[0]?.perHour ?? 0).toBeCloseTo(perHour)
  })

  test('a server whose farm role is gone costs its instance', () => {
    const { amounts } = runningCost([aServer()], { ...known, roleOf: () => undefined })
    expect(amounts).toEqual([{ currency: 'USD', perHour: 0.01 }])
  })
})

test.each([
  ['USD', 1.2, '$1.20'],
  ['USD', 0.0104, '$0.0104'],
  ['USD', 1234.5, '$1,234.50'],
  ['XTS', 0.5, 'XTS\u00a00.50'],
  ['?', 0.5, '0.50 ?'],
])('money in %s: %d is %s', (currency, perHour, text) => expect(moneyText(currency, perHour)).toBe(text))

test('a cost in words', () => {
  const one = { amounts: [{ currency: 'USD', perHour: 1.2 }], unknown: [], asOf: null, isAtMost: false }
  expect(costText(NO_COST)).toBe('nothing')
  expect(costText(one)).toBe('$1.20 an hour')
  expect(costText({ ...one, unknown: ['x'], isAtMost: true })).toBe('at most $1.20 an hour + 1 unknown price')
  expect(costText({ ...NO_COST, unknown: ['x', 'y'] })).toBe('price unknown')
  expect(costText(sumCosts([timesCost(one, 2), timesCost(one, 0)]))).toBe('$2.40 an hour')
})
