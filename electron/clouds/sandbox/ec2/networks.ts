import { subnetsOf, vpcsOf, zoneIdOf } from '../catalog.ts'
import { CloudError } from '../http/cloud-error.ts'
import type { Action } from './action.ts'
import { filtered, tagValues } from './filters.ts'
import { fixedOrder, pageOf } from './pages.ts'
import { tagSetXml } from './tag-sets.ts'

const describeVpcs: Action = (state, call) => {
  const { params, region } = call
  const all = vpcsOf(region).map((vpc) => ({ ...vpc, tags: named(vpc.name) }))
  const ids = params.list('VpcId')
  const unknown = ids.find((id) => !all.some((vpc) => vpc.id === id))
  if (unknown !== undefined) {
    throw new CloudError('InvalidVpcID.NotFound', `The vpc ID '${unknown}' does not exist`)
  }
  const asked = all.filter((vpc) => ids.length === 0 || ids.includes(vpc.id))
  const found = filtered(asked, params, (vpc, name) => {
    switch (name) {
      case 'vpc-id':
        return [vpc.id]
      case 'cidr':
        return [vpc.cidr]
      case 'is-default':
      case 'isDefault':
        return [String(vpc.isDefault)]
      case 'state':
        return ['available']
      default:
        return tagValues(vpc.tags, name)
    }
  })
  const { items, nextToken } = pageOf(found, state, call, { orderOf: fixedOrder })
  return {
    vpcSet: items.map((vpc) => ({
      vpcId: vpc.id,
      ownerId: state.store.account?.accountId,
      state: 'available',
      cidrBlock: vpc.cidr,
      dhcpOptionsId: 'default',
      instanceTenancy: 'default',
      isDefault: vpc.isDefault,
      tagSet: tagSetXml(vpc.tags),
    })),
    nextToken,
  }
}

const describeSubnets: Action = (state, call) => {
  const { params, region } = call
  const all = subnetsOf(region).map((subnet) => ({ ...subnet, tags: named(subnet.name) }))
  const ids = params.list('SubnetId')
  const unknown = ids.find((id) => !all.some((subnet) => subnet.id === id))
  if (unknown !== undefined) {
    throw new CloudError('InvalidSubnetID.NotFound', `The subnet ID '${unknown}' does not exist`)
  }
  const asked = all.filter((subnet) => ids.length === 0 || ids.includes(subnet.id))
  const found = filtered(asked, params, (subnet, name) => {
    switch (name) {
      case 'subnet-id':
        return [subnet.id]
      case 'vpc-id':
        return [subnet.vpcId]
      case 'availability-zone':
      case 'availabilityZone':
        return [subnet.zone]
      case 'default-for-az':
      case 'defaultForAz':
        return [String(subnet.isDefault)]
      case 'state':
        return ['available']
      default:
        return tagValues(subnet.tags, name)
    }
  })
  const { items, nextToken } = pageOf(found, state, call, { orderOf: fixedOrder })
  return {
    subnetSet: items.map((subnet) => ({
      subnetId: subnet.id,
      state: 'available',
      ownerId: state.store.account?.accountId,
      vpcId: subnet.vpcId,
      cidrBlock: subnet.cidr,
      availableIpAddressCount: 4091,
      availabilityZone: subnet.zone,
      availabilityZoneId: zoneIdOf(subnet.zone),
      defaultForAz: subnet.isDefault,
      mapPublicIpOnLaunch: subnet.publicByDefault,
      tagSet: tagSetXml(subnet.tags),
    })),
    nextToken,
  }
}

function named(name: string | null): Record<string, string> {
  return name === null ? {} : { Name: name }
}

export const networkActions = {
  DescribeVpcs: describeVpcs,
  DescribeSubnets: describeSubnets,
} satisfies Record<string, Action>
