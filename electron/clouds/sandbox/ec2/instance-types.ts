import {
  type InstanceTypeFacts,
  instanceTypeOf,
  instanceTypes,
  isOffered,
  regionOf,
  zoneIdOf,
} from '../catalog.ts'
import { CloudError } from '../http/cloud-error.ts'
import type { XmlValue } from '../http/xml.ts'
import type { Action } from './action.ts'
import { filtered } from './filters.ts'
import { fixedOrder, pageOf } from './pages.ts'

const describeInstanceTypes: Action = (state, call) => {
  const { params } = call
  const names = params.list('InstanceType')
  const unknown = names.filter((name) => !instanceTypeOf(name))
  if (unknown.length > 0) {
    throw new CloudError(
      'InvalidInstanceType',
      `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
    )
  }
  const asked = instanceTypes.filter((type) => names.length === 0 || names.includes(type.name))
  const found = filtered(asked, params, (type, name) => {
    switch (name) {
      case 'instance-type':
        return [type.name]
      case 'current-generation':
        return [String(type.currentGeneration)]
      case 'processor-info.supported-architecture':
        return [type.architecture]
      case 'burstable-performance-supported':
        return [String(type.burstable)]
      case 'vcpu-info.default-vcpus':
        return [String(type.vcpus)]
      case 'memory-info.size-in-mib':
        return [String(type.memoryMib)]
      case 'bare-metal':
        return ['false']
      case 'supported-usage-class':
        return ['on-demand']
      case 'hypervisor':
        return ['nitro']
      case 'supported-virtualization-type':
        return ['hvm']
      case 'supported-root-device-type':
        return ['ebs']
      default:
        return undefined
    }
  })
  const { items, nextToken } = pageOf(found, state, call, { orderOf: fixedOrder, max: 100 })
  return { instanceTypeSet: items.map(typeXml), nextToken }
}

const describeInstanceTypeOfferings: Action = (state, call) => {
  const { params, region } = call
  const locationType = params.text('LocationType') ?? 'region'
  const zones = regionOf(region)?.zones ?? []
  const offers = instanceTypes.flatMap((type) => {
    const offeredIn = zones.filter((zone) => isOffered(type.name, zone))
    return locationsOf(locationType, region, offeredIn).map((location) => ({ type: type.name, location }))
  })
  const found = filtered(offers, params, (offer, name) => {
    switch (name) {
      case 'instance-type':
        return [offer.type]
      case 'location':
        return [offer.location]
      default:
        return undefined
    }
  })
  const { items, nextToken } = pageOf(found, state, call, { orderOf: fixedOrder })
  return {
    instanceTypeOfferingSet: items.map(({ type, location }) => ({
      instanceType: type,
      locationType,
      location,
    })),
    nextToken,
  }
}

function locationsOf(locationType: string, region: string, zones: readonly string[]): string[] {
  switch (locationType) {
    case 'region':
      return zones.length > 0 ? [region] : []
    case 'availability-zone':
      return [...zones]
    case 'availability-zone-id':
      return zones.map(zoneIdOf)
    default:
      throw new CloudError(
        'InvalidParameterValue',
        `Value (${locationType}) for parameter LocationType is invalid.`,
      )
  }
}

function typeXml(type: InstanceTypeFacts): XmlValue {
  return {
    instanceType: type.name,
    currentGeneration: type.currentGeneration,
    freeTierEligible: type.name.endsWith('.micro'),
    supportedUsageClasses: ['on-demand'],
    supportedRootDeviceTypes: ['ebs'],
    supportedVirtualizationTypes: ['hvm'],
    bareMetal: false,
    hypervisor: 'nitro',
    processorInfo: {
      supportedArchitectures: [type.architecture],
      sustainedClockSpeedInGhz: type.clockGhz,
      manufacturer: type.architecture === 'arm64' ? 'AWS' : 'Intel',
    },
    vCpuInfo: {
      defaultVCpus: type.vcpus,
      defaultCores: type.cores,
      defaultThreadsPerCore: type.vcpus / type.cores,
    },
    memoryInfo: { sizeInMiB: type.memoryMib },
    instanceStorageSupported: false,
    ebsInfo: { ebsOptimizedSupport: 'default', encryptionSupport: 'unsupported', nvmeSupport: 'required' },
    networkInfo: {
      networkPerformance: type.network,
      maximumNetworkInterfaces: 2,
      maximumNetworkCards: 1,
      defaultNetworkCardIndex: 0,
      ipv4AddressesPerInterface: 2,
      ipv6AddressesPerInterface: 2,
      ipv6Supported: true,
      enaSupport: 'required',
    },
    placementGroupInfo: { supportedStrategies: ['partition', 'spread'] },
    hibernationSupported: false,
    burstablePerformanceSupported: type.burstable,
    dedicatedHostsSupported: false,
    autoRecoverySupported: false,
    supportedBootModes: ['uefi'],
  }
}

export const instanceTypeActions = {
  DescribeInstanceTypes: describeInstanceTypes,
  DescribeInstanceTypeOfferings: describeInstanceTypeOfferings,
} satisfies Record<string, Action>
