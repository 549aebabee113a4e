import { regionOf, regions, zoneIdOf } from '../catalog.ts'
import { CloudError } from '../http/cloud-error.ts'
import type { Action } from './action.ts'
import { filtered } from './filters.ts'

const describeRegions: Action = (_state, { params }) => {
  const names = params.list('RegionName')
  const unknown = names.find((name) => !regionOf(name))
  if (unknown !== undefined) {
    throw new CloudError('InvalidParameterValue', `Invalid region provided (${unknown})`)
  }
  const asked = regions.filter((region) => names.length === 0 || names.includes(region.name))
  const found = filtered(asked, params, (region, name) => {
    switch (name) {
      case 'region-name':
        return [region.name]
      case 'endpoint':
        return [`ec2.${region.name}.sandbox`]
      case 'opt-in-status':
        return ['opt-in-not-required']
      default:
        return undefined
    }
  })
  return {
    regionInfo: found.map((region) => ({
      regionName: region.name,
      regionEndpoint: `ec2.${region.name}.sandbox`,
      optInStatus: 'opt-in-not-required',
    })),
  }
}

const describeAvailabilityZones: Action = (_state, { params, region }) => {
  const zones = regionOf(region)?.zones ?? []
  const names = params.list('ZoneName')
  const unknown = names.find((name) => !zones.includes(name))
  if (unknown !== undefined) {
    throw new CloudError('InvalidParameterValue', `Invalid availability zone: [${unknown}]`)
  }
  const asked = zones.filter((zone) => names.length === 0 || names.includes(zone))
  const found = filtered(asked, params, (zone, name) => {
    switch (name) {
      case 'zone-name':
        return [zone]
      case 'zone-id':
        return [zoneIdOf(zone)]
      case 'state':
        return ['available']
      case 'region-name':
        return [region]
      case 'zone-type':
        return ['availability-zone']
      case 'opt-in-status':
        return ['opt-in-not-required']
      default:
        return undefined
    }
  })
  return {
    availabilityZoneInfo: found.map((zone) => ({
      optInStatus: 'opt-in-not-required',
      messageSet: [],
      regionName: region,
      zoneName: zone,
      zoneId: zoneIdOf(zone),
      groupName: region,
      networkBorderGroup: region,
      zoneType: 'availability-zone',
      zoneState: 'available',
    })),
  }
}

export const placeActions = {
  DescribeRegions: describeRegions,
  DescribeAvailabilityZones: describeAvailabilityZones,
} satisfies Record<string, Action>
