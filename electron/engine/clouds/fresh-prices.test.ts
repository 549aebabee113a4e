import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ManualClock } from '../../../tests/support/clocks.ts'
import { east, type SandboxCloud, startSandboxCloud } from '../../../tests/support/sandbox-cloud.ts'
import { silentLog } from '../../../tests/support/logs.ts'
import { systemClock } from '../../headless/index.ts'
import { AppError } from '../../../shared/model/errors.ts'
import { Catalog } from '../../../shared/model/clouds.ts'
import { Secret } from '../../../shared/model/secret.ts'
import { createAwsProvider } from '../../clouds/aws/index.ts'
import type { CloudProvider } from './cloud-provider.ts'
import { freshPrices } from './fresh-prices.ts'

const day = 24 * 3_600_000

describe('prices of a location, from the price list of the Sandbox over HTTP', () => {
  let cloud: SandboxCloud
  let provider: CloudProvider
  beforeAll(async () => {
    cloud = await startSandboxCloud()
    const { endpoint, accessKeyId, secretAccessKey } = cloud.address
    provider = createAwsProvider({
      signIn: { kind: 'keys', accessKeyId, secretAccessKey: new Secret(secretAccessKey) },
      endpoint,
      clock: systemClock,
      log: silentLog,
    })
  })
  afterAll(async () => {
    provider.close()
    await cloud.remove()
  })

  test('instance types by system, volumes by type', async () => {
    const list = await provider.prices.list(east)
    expect(list.currency).toBe('XTS')
    const { windows = {}, rhel = {} } = list.hourlyOf
    expect(list.hourly['m6i.large']).toBeCloseTo(0.096)
    expect(windows['m6i.large']).toBeGreaterThan(rhel['m6i.large'] ?? Infinity)
    expect(rhel['m6i.large']).toBeGreaterThan(list.hourly['m6i.large'] ?? Infinity)
    expect(list.volumeGibMonth).toMatchObject({ gp3: 0.08, sc1: 0.015 })
    expect(list.hourly['nothing.like.it']).toBeUndefined()
  })

  test('each location has its own', async () => {
    const [here, there] = await Promise.all(
      [east, 'sandbox-west-1'].map((location) => provider.prices.list(location)),
    )
    expect(there?.hourly['t3.micro']).toBeGreaterThan(here?.hourly['t3.micro'] ?? Infinity)
  })

  test.each(['empty', 'html', 'malformed'] as const)('an answer that is %s is an error', async (shape) => {
    await cloud.sandbox.faults.inject({ kind: 'bad-answer', shape, action: 'GetProducts' })
    await expect(provider.prices.list(east)).rejects.toBeInstanceOf(AppError)
    cloud.sandbox.faults.clear()
  })

  test('without the permission, the error says which one is missing', async () => {
    await cloud.sandbox.faults.inject({
      kind: 'credentials',
      code: 'UnauthorizedOperation',
      action: 'GetProducts',
    })
    await expect(provider.prices.list(east)).rejects.toMatchObject({
      code: 'cloud.refused',
      message: expect.stringContaining('GetProducts'),
    })
    cloud.sandbox.faults.clear()
  })
})

describe('how old prices may be', () => {
  function catalog(asOf: string | null) {
    const prices = asOf === null ? null : { currency: 'USD', asOf, hourly: { a: 1 } }
    return Catalog.parse({
      cloudId: 'c',
      location: 'eu-west-1',
      fetchedAt: null,
      zones: [],
      instanceTypes: [],
      securityGroups: [],
      prices,
    })
  }
  const clock = new ManualClock()
  const at = (ageMs: number) => new Date(clock.now() - ageMs).toISOString()
  const asked = (answers: boolean) => {
    const calls: string[] = []
    const list = async (location: string) => {
      calls.push(location)
      if (!answers) throw new AppError('cloud.unreachable', { message: 'No route.' })
      return { currency: 'USD', hourly: { a: 2 }, hourlyOf: {}, volumeGibMonth: {} }
    }
    return { provider: { prices: { list } }, calls }
  }

  test('young ones are not asked for', async () => {
    const { provider, calls } = asked(true)
    const known = catalog(at(6 * day))
    expect(await freshPrices(provider, 'eu-west-1', known, { clock })).toMatchObject({
      prices: known.prices,
      pricesProblem: null,
    })
    expect(calls).toEqual([])
  })

  test('old ones are fetched anew, and so are young ones that a person wants fresh', async () => {
    for (const options of [{ age: 8 * day }, { age: 2 * day, pricesMaxAgeMs: day }]) {
      const { provider } = asked(true)
      const { prices } = await freshPrices(provider, 'eu-west-1', catalog(at(options.age)), {
        clock,
        ...options,
      })
      expect(prices).toMatchObject({ asOf: at(0), hourly: { a: 2 } })
    }
  })

  test('offline, old ones stay with their date, and it is said why', async () => {
    const { provider } = asked(false)
    const known = catalog(at(80 * day))
    expect(await freshPrices(provider, 'eu-west-1', known, { clock })).toEqual({
      prices: known.prices,
      pricesProblem: 'No route.',
    })
  })

  test('where there were none, there are none: never 0', async () => {
    const { provider } = asked(false)
    expect(await freshPrices(provider, 'eu-west-1', undefined, { clock })).toEqual({
      prices: null,
      pricesProblem: 'No route.',
    })
  })
})
