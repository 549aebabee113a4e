import { type Filter, GetProductsCommand } from '@aws-sdk/client-pricing'
import { z } from 'zod'
import type { PricedSystem, PriceList } from '../../../shared/model/clouds.ts'
import { AppError } from '../../../shared/model/errors.ts'
import type { CallOptions, PricesPort } from '../../engine/clouds/index.ts'
import type { AwsClients } from './aws-clients.ts'
import { allPages } from './pages.ts'

/** The most that GetProducts gives in one page (AWS Price List API Reference). */
const PAGE_SIZE = 100

/** The values of the price list's attribute `operatingSystem`. */
const SYSTEMS: Readonly<Record<PricedSystem, string>> = {
  linux: 'Linux',
  windows: 'Windows',
  rhel: 'RHEL',
  suse: 'SUSE',
}

/** A product of the list: what it is, and what it costs on demand. The list holds much more. */
const Product = z.object({
  product: z.object({ attributes: z.record(z.string(), z.string()) }),
  terms: z.object({
    OnDemand: z
      .record(
        z.string(),
        z.object({
          priceDimensions: z.record(
            z.string(),
            z.object({ unit: z.string(), pricePerUnit: z.record(z.string(), z.string()) }),
          ),
        }),
      )
      .default({}),
  }),
})
type Product = z.infer<typeof Product>

/** What is asked for: a list by the value of one attribute. */
interface Wanted {
  filters: Readonly<Record<string, string>>
  attribute: string
  unit: RegExp
}

/** EC2's prices, from the AWS Price List Query API. */
export class AwsPrices implements PricesPort {
  readonly #clients: AwsClients

  constructor(clients: AwsClients) {
    this.#clients = clients
  }

  async list(location: string, options?: CallOptions): Promise<Omit<PriceList, 'asOf'>> {
    const currencies = new Set<string>()
    const ofSystem = (system: PricedSystem) =>
      this.#prices(location, currencies, instances(SYSTEMS[system]), options)
    const [linux, windows, rhel, suse, volumes] = await Promise.all([
      ofSystem('linux'),
      ofSystem('windows'),
      ofSystem('rhel'),
      ofSystem('suse'),
      this.#prices(
        location,
        currencies,
        { filters: { productFamily: 'Storage' }, attribute: 'volumeApiName', unit: /^GB-Mo/ },
        options,
      ),
    ])
    const [currency] = currencies
    if (currency === undefined || currencies.size > 1) {
      throw new AppError('cloud.bad_answer', {
        message:
          currency === undefined
            ? `The price list of ${location} is empty.`
            : `The price list of ${location} mixes currencies: ${[...currencies].sort().join(', ')}.`,
      })
    }
    return { currency, hourly: linux, hourlyOf: { windows, rhel, suse }, volumeGibMonth: volumes }
  }

  async #prices(
    location: string,
    currencies: Set<string>,
    wanted: Wanted,
    options?: CallOptions,
  ): Promise<Record<string, number>> {
    const about = { action: 'GetProducts', location, kind: 'price' } as const
    const prices: Record<string, number> = {}
    const filters: Filter[] = Object.entries({ regionCode: location, ...wanted.filters }).map(
      ([Field, Value]) => ({ Type: 'TERM_MATCH', Field, Value }),
    )
    await allPages(about, async (token) => {
      const answer = await this.#clients.pricing(about, options, (client, http) =>
        client.send(
          new GetProductsCommand({
            ServiceCode: 'AmazonEC2',
            FormatVersion: 'aws_v1',
            MaxResults: PAGE_SIZE,
            Filters: filters,
            ...(token === undefined ? {} : { NextToken: token }),
          }),
          http,
        ),
      )
      if (!answer.PriceList) {
        throw new AppError('cloud.bad_answer', {
          message: `The cloud’s answer to GetProducts for ${location} holds no price list.`,
          retryable: true,
        })
      }
      for (const text of answer.PriceList) {
        const price = priceOf(text, wanted)
        if (!price) continue
        prices[price.name] = price.amount
        currencies.add(price.currency)
      }
      return answer.NextToken
    })
    return prices
  }
}

/** Instances on shared hosts, as one starts them: without a reservation, without software of others. */
function instances(operatingSystem: string): Wanted {
  return {
    filters: {
      operatingSystem,
      tenancy: 'Shared',
      capacitystatus: 'Used',
      preInstalledSw: 'NA',
      licenseModel: 'No License required',
    },
    attribute: 'instanceType',
    unit: /^Hrs$/,
  }
}

/** Undefined for a product without a price of this unit: one that cannot be read is one without a price, never a free one. */
function priceOf(
  text: unknown,
  wanted: Wanted,
): { name: string; currency: string; amount: number } | undefined {
  const product = productOf(text)
  const name = product?.product.attributes[wanted.attribute]
  if (!product || name === undefined) return undefined
  for (const term of Object.values(product.terms.OnDemand)) {
    for (const { unit, pricePerUnit } of Object.values(term.priceDimensions)) {
      const [currency, amount] = Object.entries(pricePerUnit)[0] ?? []
      const value = Number(amount)
      if (wanted.unit.test(unit) && currency !== undefined && value > 0)
        return { name, currency, amount: value }
    }
  }
  return undefined
}

/** A product comes as a text of JSON in the JSON of the answer; the SDK wraps it in an object of its own. */
function productOf(text: unknown): Product | undefined {
  try {
    return Product.safeParse(JSON.parse(String(text))).data
  } catch {
    return undefined
  }
}
