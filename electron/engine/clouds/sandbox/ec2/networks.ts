import { regionOf, subnetOf, vpcOf, zoneIdOf } from '../catalog.ts'
import { CloudError } from '../http/cloud-error.ts'
import type { Action } from './action.ts'
import { filtered, tagValues } from './filters.ts'

const describeVpcs: Action = (state, { params, region }) => {
  const vpc = vpcOf(region)
  const ids = params.list('VpcId')
  const unknown = ids.find((id) => id !== vpc.id)
  if (unknown !== undefined) {
    throw new CloudError('InvalidVpcID.NotFound', `The vpc ID '${unknown}' does not exist`)
  }
  const found = filtered([vpc], params, (vpc, name) => {
    switch (name) {
      case 'vpc-id':
        return [vpc.id]
      case 'cidr':
        return [vpc.cidr]
      case 'is-default':
      case 'isDefault':
        return ['true']
      case 'state':
        return ['available']
      default:
        return tagValues({}, name)
    }
  })
  return {
    vpcSet: found.map((vpc) => ({
      vpcId: vpc.id,
      ownerId: state.store.account?.accountId,
      state: 'available',
      cidrBlock: vpc.cidr,
      dhcpOptionsId: 'default',
      instanceTenancy: 'default',
      isDefault: true,
      tagSet: [],
    })),
  }
}

const describeSubnets: Action = (state, { params, region }) => {
  const all = (regionOf(region)?.zones ?? []).map(subnetOf)
  const ids = params.list('SubnetId')
  const unknown = ids.find((id) => !all.some((subnet) => subnet.id === id))
  if (unknown !== undefined) {
    throw new CloudError('InvalidSubnetID.NotFound', `The subnet ID '${unknown}' does not exist`)
  }
  const asked = all.filter((subnet) => ids.length === 0 || ids.includes(subnet.id))
  const vpcId = vpcOf(region).id
  const found = filtered(asked, params, (subnet, name) => {
    switch (name) {
      case 'subnet-id':
        return [subnet.id]
      case 'vpc-id':
        return [vpcId]
      case 'availability-zone':
      case 'availabilityZone':
        return [subnet.zone]
      case 'default-for-az':
      case 'defaultForAz':
        return ['true']
      case 'state':
        return ['available']
      default:
        return tagValues({}, name)
    }
  })
  return {
    subnetSet: found.map((subnet) => ({
      subnetId: subnet.id,
      state: 'available',
      ownerId: state.store.account?.accountId,
      vpcId,
      cidrBlock: subnet.cidr,
      availableIpAddressCount: 4091,
      availabilityZone: subnet.zone,
      availabilityZoneId: zoneIdOf(subnet.zone),
      defaultForAz: true,
      mapPublicIpOnLaunch: true,
      tagSet: [],
    })),
  }
}

export const networkActions = {
  DescribeVpcs: describeVpcs,
  DescribeSubnets: describeSubnets,
} satisfies Record<string, Action>
