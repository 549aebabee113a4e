import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  type EC2Client,
  type IpPermission,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
  UpdateSecurityGroupRuleDescriptionsEgressCommand,
  UpdateSecurityGroupRuleDescriptionsIngressCommand,
} from '@aws-sdk/client-ec2'
import type { GroupRule } from '../../../shared/model/security-groups.ts'
import type { CloudSecurityGroup } from '../../engine/clouds/index.ts'
import type { SendOptions } from './aws-clients.ts'
import { tagsOf } from './aws-tags.ts'

type Input = { GroupId: string; IpPermissions: IpPermission[] }

/** What is done to rules, by direction; for EC2 they are two lists with calls of their own. */
export type RuleCalls = Readonly<
  Record<
    GroupRule['direction'],
    { action: string; send: (client: EC2Client, input: Input, http: SendOptions) => Promise<unknown> }
  >
>
export const ADD: RuleCalls = {
  in: {
    action: 'AuthorizeSecurityGroupIngress',
    send: (client, input, http) => client.send(new AuthorizeSecurityGroupIngressCommand(input), http),
  },
  out: {
    action: 'AuthorizeSecurityGroupEgress',
    send: (client, input, http) => client.send(new AuthorizeSecurityGroupEgressCommand(input), http),
  },
}
export const REMOVE: RuleCalls = {
  in: {
    action: 'RevokeSecurityGroupIngress',
    send: (client, input, http) => client.send(new RevokeSecurityGroupIngressCommand(input), http),
  },
  out: {
    action: 'RevokeSecurityGroupEgress',
    send: (client, input, http) => client.send(new RevokeSecurityGroupEgressCommand(input), http),
  },
}
export const COMMENT: RuleCalls = {
  in: {
    action: 'UpdateSecurityGroupRuleDescriptionsIngress',
    send: (client, input, http) =>
      client.send(new UpdateSecurityGroupRuleDescriptionsIngressCommand(input), http),
  },
  out: {
    action: 'UpdateSecurityGroupRuleDescriptionsEgress',
    send: (client, input, http) =>
      client.send(new UpdateSecurityGroupRuleDescriptionsEgressCommand(input), http),
  },
}

/** IANA's numbers of the protocols that EC2 names (EC2 API Reference, IpPermission). */
const NAMES: Readonly<Record<string, string>> = {
  '-1': 'all',
  '1': 'icmp',
  '6': 'tcp',
  '17': 'udp',
  '58': 'icmpv6',
}
const LONGEST_COMMENT = 255

/** A group as EC2 describes it, or undefined when it has no id. */
export function groupOf(described: SecurityGroup): CloudSecurityGroup | undefined {
  if (!described.GroupId) return undefined
  return {
    id: described.GroupId,
    name: described.GroupName ?? described.GroupId,
    description: described.Description ?? '',
    vpcId: described.VpcId ?? null,
    tags: tagsOf(described.Tags),
    rules: [
      ...(described.IpPermissions ?? []).flatMap((permission) => rulesOf(permission, 'in')),
      ...(described.IpPermissionsEgress ?? []).flatMap((permission) => rulesOf(permission, 'out')),
    ],
  }
}

/** EC2 keeps together what has the same protocol and ports; here each peer is a rule. */
function rulesOf(permission: IpPermission, direction: GroupRule['direction']): GroupRule[] {
  const given = permission.IpProtocol ?? '-1'
  const protocol = NAMES[given] ?? given
  const hasPorts = ['tcp', 'udp', 'icmp', 'icmpv6'].includes(protocol)
  const fromPort = hasPorts ? (permission.FromPort ?? null) : null
  const toPort = hasPorts ? (permission.ToPort ?? null) : null
  const rule = (peer: GroupRule['peer'], comment: string | undefined): GroupRule => ({
    direction,
    protocol,
    fromPort,
    toPort,
    peer,
    comment: (comment ?? '').slice(0, LONGEST_COMMENT),
  })
  return [
    ...(permission.IpRanges ?? []).map(({ CidrIp = '', Description }) =>
      rule({ kind: 'cidr', cidr: CidrIp }, Description),
    ),
    ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6 = '', Description }) =>
      rule({ kind: 'cidr', cidr: CidrIpv6 }, Description),
    ),
    ...(permission.UserIdGroupPairs ?? []).map(({ GroupId = '', Description }) =>
      rule({ kind: 'group', groupId: GroupId }, Description),
    ),
    ...(permission.PrefixListIds ?? []).map(({ PrefixListId = '', Description }) =>
      rule({ kind: 'prefix-list', prefixListId: PrefixListId }, Description),
    ),
  ]
}

/** A rule as EC2 takes it. */
export function permissionOf({ protocol, fromPort, toPort, peer, comment }: GroupRule): IpPermission {
  const description = comment === '' ? {} : { Description: comment }
  return {
    IpProtocol: protocol === 'all' ? '-1' : protocol,
    ...(fromPort === null ? {} : { FromPort: fromPort }),
    ...(toPort === null ? {} : { ToPort: toPort }),
    ...peerOf(peer, description),
  }
}

function peerOf(peer: GroupRule['peer'], description: { Description?: string }): IpPermission {
  switch (peer.kind) {
    case 'cidr':
      return peer.cidr.includes(':')
        ? { Ipv6Ranges: [{ CidrIpv6: peer.cidr, ...description }] }
        : { IpRanges: [{ CidrIp: peer.cidr, ...description }] }
    case 'group':
      return { UserIdGroupPairs: [{ GroupId: peer.groupId, ...description }] }
    case 'prefix-list':
      return { PrefixListIds: [{ PrefixListId: peer.prefixListId, ...description }] }
  }
}
