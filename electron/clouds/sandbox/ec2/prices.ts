import { type InstanceTypeFacts, instanceTypes, regions } from '../catalog.ts'
import { CloudError } from '../http/cloud-error.ts'
import { fixedId } from '../ids.ts'
import type { Action } from './action.ts'
import { fixedOrder, pageOf } from './pages.ts'

/** Nothing is paid here: XTS is the code that ISO 4217 keeps for tests, and is no money. */
const CURRENCY = 'XTS'

interface Product {
  attributes: Readonly<Record<string, string>>
  unit: string
  price: number
}

/** How much more a system costs an hour than Linux, for each vCPU. */
const systems = [
  { name: 'Linux', perVcpu: 0 },
  { name: 'Windows', perVcpu: 0.046 },
  { name: 'RHEL', perVcpu: 0.0288 },
  { name: 'SUSE', perVcpu: 0.02 },
] as const

/** A GiB for a month. */
const volumeTypes = [
  ['gp3', 0.08],
  ['gp2', 0.1],
  ['io1', 0.125],
  ['io2', 0.125],
  ['st1', 0.045],
  ['sc1', 0.015],
  ['standard', 0.05],
] as const

const products: readonly Product[] = regions.flatMap(({ name: regionCode }) => {
  const factor = regionCode.startsWith('sandbox-west') ? 1.1 : 1
  return [
    ...instanceTypes.flatMap((type) =>
      systems.map(({ name: operatingSystem, perVcpu }) => ({
        attributes: {
          servicecode: 'AmazonEC2',
          productFamily: 'Compute Instance',
          regionCode,
          instanceType: type.name,
          operatingSystem,
          tenancy: 'Shared',
          capacitystatus: 'Used',
          preInstalledSw: 'NA',
          licenseModel: 'No License required',
          vcpu: String(type.vcpus),
        },
        unit: 'Hrs',
        price: factor * hourlyPrice(type, perVcpu),
      })),
    ),
    ...volumeTypes.map(([volumeApiName, price]) => ({
      attributes: { servicecode: 'AmazonEC2', productFamily: 'Storage', regionCode, volumeApiName },
      unit: 'GB-Mo',
      price: price * factor,
    })),
  ]
})

/** What an hour of the type costs; spot instances cost less. */
export function hourlyPrice(
  { vcpus, memoryMib, burstable }: InstanceTypeFacts,
  systemPerVcpu: number,
): number {
  return (vcpus * (0.036 + systemPerVcpu)) / (burstable ? 9 : 1) + (memoryMib / 1024) * 0.003
}

const getProducts: Action = (state, call) => {
  const { params } = call
  const service = params.required('ServiceCode')
  if (service !== 'AmazonEC2') {
    throw new CloudError('NotFoundException', `The service code ${service} was not found.`)
  }
  const filters = params.groups('Filters').map((filter) => {
    const type = filter.required('Type')
    if (type !== 'TERM_MATCH') {
      throw new CloudError('InvalidParameterException', `The filter type ${type} is not one of: TERM_MATCH.`)
    }
    return { field: filter.required('Field'), value: filter.required('Value').toLowerCase() }
  })
  const found = products.filter(({ attributes }) =>
    filters.every(({ field, value }) => attributes[field]?.toLowerCase() === value),
  )
  const { items, nextToken } = pageOf(found, state, call, { orderOf: fixedOrder, min: 1, max: 100 })
  return { FormatVersion: 'aws_v1', PriceList: items.map(productText), NextToken: nextToken }
}

/** A product as the list holds it: a text of JSON. */
function productText({ attributes, unit, price }: Product): string {
  const { productFamily, servicecode, ...rest } = attributes
  const sku = fixedId('sku', JSON.stringify(attributes)).slice(4).toUpperCase()
  const rate = `${sku}.JRTCKXETXF.6YS6EN2CT7`
  return JSON.stringify({
    product: { productFamily, attributes: { servicecode, ...rest }, sku },
    serviceCode: servicecode,
    terms: {
      OnDemand: {
        [`${sku}.JRTCKXETXF`]: {
          priceDimensions: {
            [rate]: {
              unit,
              rateCode: rate,
              beginRange: '0',
              endRange: 'Inf',
              pricePerUnit: { [CURRENCY]: price.toFixed(10) },
            },
          },
          sku,
          offerTermCode: 'JRTCKXETXF',
          termAttributes: {},
        },
      },
    },
    version: '20260301000000',
    publicationDate: '2026-03-01T00:00:00Z',
  })
}

export const priceActions = { GetProducts: getProducts } satisfies Record<string, Action>
