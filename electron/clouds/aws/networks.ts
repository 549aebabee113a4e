import {
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  type Subnet as Ec2Subnet,
  type Tag,
  type Vpc as Ec2Vpc,
} from '@aws-sdk/client-ec2'
import type { Subnet, Vpc } from '../../../shared/model/clouds.ts'
import type { CallOptions, NetworksPort } from '../../engine/clouds/index.ts'
import type { AwsClients } from './aws-clients.ts'
import { allPages } from './pages.ts'

const PAGE_SIZE = 1000

/** EC2's calls about VPCs and their subnets. */
export class AwsNetworks implements NetworksPort {
  readonly #clients: AwsClients

  constructor(clients: AwsClients) {
    this.#clients = clients
  }

  async list(location: string, options?: CallOptions): Promise<Vpc[]> {
    const about = { action: 'DescribeVpcs', location, kind: 'read' } as const
    const vpcs: Vpc[] = []
    await allPages(about, async (token) => {
      const answer = await this.#clients.ec2(about, options, (client, http) =>
        client.send(new DescribeVpcsCommand({ MaxResults: PAGE_SIZE, ...nextPage(token) }), http),
      )
      for (const described of answer.Vpcs ?? []) if (described.VpcId) vpcs.push(vpc(described))
      return answer.NextToken
    })
    return vpcs.sort(
      (a, b) => Number(b.isDefault) - Number(a.isDefault) || inOrder(a.name ?? a.id, b.name ?? b.id),
    )
  }

  async listSubnets(location: string, options?: CallOptions): Promise<Subnet[]> {
    const about = { action: 'DescribeSubnets', location, kind: 'read' } as const
    const subnets: Subnet[] = []
    await allPages(about, async (token) => {
      const answer = await this.#clients.ec2(about, options, (client, http) =>
        client.send(new DescribeSubnetsCommand({ MaxResults: PAGE_SIZE, ...nextPage(token) }), http),
      )
      for (const described of answer.Subnets ?? []) if (described.SubnetId) subnets.push(subnet(described))
      return answer.NextToken
    })
    return subnets.sort(
      (a, b) => inOrder(a.vpcId, b.vpcId) || inOrder(a.zone, b.zone) || inOrder(a.cidr, b.cidr),
    )
  }
}

function nextPage(token: string | undefined): { NextToken?: string } {
  return token === undefined ? {} : { NextToken: token }
}

function vpc(described: Ec2Vpc): Vpc {
  return {
    id: described.VpcId ?? '',
    name: nameOf(described.Tags),
    cidr: described.CidrBlock ?? '',
    isDefault: described.IsDefault ?? false,
  }
}

function subnet(described: Ec2Subnet): Subnet {
  return {
    id: described.SubnetId ?? '',
    name: nameOf(described.Tags),
    vpcId: described.VpcId ?? '',
    zone: described.AvailabilityZone ?? '',
    cidr: described.CidrBlock ?? '',
    freeAddresses: described.AvailableIpAddressCount ?? 0,
    publicByDefault: described.MapPublicIpOnLaunch ?? false,
    isDefault: described.DefaultForAz ?? false,
  }
}

function nameOf(tags: readonly Tag[] | undefined): string | null {
  return tags?.find(({ Key }) => Key === 'Name')?.Value || null
}

function inOrder(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
