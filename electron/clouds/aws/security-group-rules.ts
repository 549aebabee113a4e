import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
  type EC2Client,
  type IpPermission,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  UpdateSecurityGroupRuleDescriptionsEgressCommand,
  UpdateSecurityGroupRuleDescriptionsIngressCommand,
} from '@aws-sdk/client-ec2'
import { AppError } from '../../../shared/model/errors.ts'
import type { GroupRule } from '../../../shared/model/security-groups.ts'
import type { CallOptions } from '../../engine/clouds/index.ts'
import type { CloudSecurityGroup, CloudSecurityGroupRules } from '../../engine/clouds/index.ts'
import type { AwsClients, SendOptions } from './aws-clients.ts'
import { awsTags } from './aws-tags.ts'
import { groupOf, permissionOf } from './group-permissions.ts'
import { allPages } from './pages.ts'

const PAGE_SIZE = 1000

type Input = { GroupId: string; IpPermissions: IpPermission[] }
type Send = (client: EC2Client, input: Input, http: SendOptions) => Promise<unknown>
interface RuleCall {
  action: string
  send: Send
}

/** What is done to rules, by direction; for EC2 they are two lists with calls of their own. */
const ADD: Readonly<Record<GroupRule['direction'], RuleCall>> = {
  in: {
    action: 'AuthorizeSecurityGroupIngress',
    send: (client, input, http) => client.send(new AuthorizeSecurityGroupIngressCommand(input), http),
  },
  out: {
    action: 'AuthorizeSecurityGroupEgress',
    send: (client, input, http) => client.send(new AuthorizeSecurityGroupEgressCommand(input), http),
  },
}
const TAKE: Readonly<Record<GroupRule['direction'], RuleCall>> = {
  in: {
    action: 'RevokeSecurityGroupIngress',
    send: (client, input, http) => client.send(new RevokeSecurityGroupIngressCommand(input), http),
  },
  out: {
    action: 'RevokeSecurityGroupEgress',
    send: (client, input, http) => client.send(new RevokeSecurityGroupEgressCommand(input), http),
  },
}
const COMMENT: Readonly<Record<GroupRule['direction'], RuleCall>> = {
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

/** EC2's security groups with their rules. */
export class AwsSecurityGroupRules implements CloudSecurityGroupRules {
  readonly #clients: AwsClients

  constructor(clients: AwsClients) {
    this.#clients = clients
  }

  async list(location: string, options?: CallOptions): Promise<CloudSecurityGroup[]> {
    const about = { action: 'DescribeSecurityGroups', location, kind: 'read' } as const
    const groups: CloudSecurityGroup[] = []
    await allPages(about, async (token) => {
      const answer = await this.#clients.ec2(about, options, (client, http) =>
        client.send(
          new DescribeSecurityGroupsCommand({
            MaxResults: PAGE_SIZE,
            ...(token === undefined ? {} : { NextToken: token }),
          }),
          http,
        ),
      )
      groups.push(...(answer.SecurityGroups ?? []).flatMap((group) => groupOf(group) ?? []))
      return answer.NextToken
    })
    return groups
  }

  async find(
    location: string,
    groupId: string,
    options?: CallOptions,
  ): Promise<CloudSecurityGroup | undefined> {
    const about = { action: 'DescribeSecurityGroups', location, kind: 'read' } as const
    try {
      const { SecurityGroups = [] } = await this.#clients.ec2(about, options, (client, http) =>
        client.send(new DescribeSecurityGroupsCommand({ GroupIds: [groupId] }), http),
      )
      return SecurityGroups.map(groupOf)[0]
    } catch (thrown) {
      if (hasCode(thrown, 'InvalidGroup.NotFound') || hasCode(thrown, 'InvalidGroupId.Malformed'))
        return undefined
      throw thrown
    }
  }

  async create(
    location: string,
    group: {
      name: string
      description: string
      vpcId: string | null
      tags: Readonly<Record<string, string>>
    },
    options?: CallOptions,
  ): Promise<{ id: string }> {
    const vpcId = group.vpcId ?? (await this.#defaultVpc(location, options))
    const about = { action: 'CreateSecurityGroup', location, kind: 'write' } as const
    try {
      const answer = await this.#clients.ec2(about, options, (client, http) =>
        client.send(
          new CreateSecurityGroupCommand({
            GroupName: group.name,
            Description: group.description,
            VpcId: vpcId,
            TagSpecifications: [{ ResourceType: 'security-group', Tags: awsTags(group.tags) }],
          }),
          http,
        ),
      )
      if (answer.GroupId) return { id: answer.GroupId }
    } catch (thrown) {
      if (!hasCode(thrown, 'InvalidGroup.Duplicate')) throw thrown
      const message = `${vpcId} has a security group “${group.name}” already; choose another name.`
      throw new AppError('input.conflict', {
        message,
        details: { ...(thrown as AppError).details, faults: [{ path: 'name', message }] },
        cause: thrown,
      })
    }
    throw new AppError('cloud.bad_answer', {
      message: `The cloud made security group ${group.name} in ${location}, but does not say its id.`,
    })
  }

  async add(
    location: string,
    groupId: string,
    rules: readonly GroupRule[],
    options?: CallOptions,
  ): Promise<void> {
    await this.#change(ADD, 'InvalidPermission.Duplicate', location, groupId, rules, options)
  }

  async take(
    location: string,
    groupId: string,
    rules: readonly GroupRule[],
    options?: CallOptions,
  ): Promise<void> {
    // Of a rule that goes, the comment does not say which one it is.
    const bare = rules.map((rule) => ({ ...rule, comment: '' }))
    await this.#change(TAKE, 'InvalidPermission.NotFound', location, groupId, bare, options)
  }

  async comment(
    location: string,
    groupId: string,
    rules: readonly GroupRule[],
    options?: CallOptions,
  ): Promise<void> {
    await this.#change(COMMENT, null, location, groupId, rules, options)
  }

  /** All in one call; when the cloud says that one of them is as wanted already, each by itself. */
  async #change(
    calls: typeof ADD,
    done: string | null,
    location: string,
    groupId: string,
    rules: readonly GroupRule[],
    options?: CallOptions,
  ): Promise<void> {
    const [first] = rules
    if (!first) return
    const { action, send } = calls[first.direction]
    const input = { GroupId: groupId, IpPermissions: rules.map(permissionOf) }
    try {
      await this.#clients.ec2({ action, location, kind: 'write' }, options, (client, http) =>
        send(client, input, http),
      )
    } catch (thrown) {
      if (done === null || !hasCode(thrown, done)) throw thrown
      if (rules.length === 1) return
      for (const rule of rules) await this.#change(calls, done, location, groupId, [rule], options)
    }
  }

  async #defaultVpc(location: string, options?: CallOptions): Promise<string> {
    const about = { action: 'DescribeVpcs', location, kind: 'read' } as const
    const { Vpcs = [] } = await this.#clients.ec2(about, options, (client, http) =>
      client.send(new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }), http),
    )
    const vpcId = Vpcs[0]?.VpcId
    if (vpcId !== undefined) return vpcId
    throw new AppError('cloud.refused', {
      message: `The account has no default VPC in ${location}. Choose one of its VPCs for the group.`,
    })
  }
}

function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof AppError && thrown.details.cloudCode === code
}
