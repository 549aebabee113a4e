import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
  type Filter,
  type IpPermission,
  type SecurityGroup,
} from '@aws-sdk/client-ec2'
import { AppError } from '../../../shared/model/errors.ts'
import type { SecurityGroupRef } from '../../../shared/model/clouds.ts'
import type { Clock } from '../../engine/ports.ts'
import type { CallOptions, IngressRule } from '../../engine/clouds/index.ts'
import type { AwsClients } from './aws-clients.ts'
import { awsTags } from './aws-tags.ts'
import { allPages } from './pages.ts'

const PAGE_SIZE = 1000
/** A group that was just made may not be seen by the next call yet; it is waited for this long in all: 0.5, 1, 2, 4 s. */
const SEEN_TRIES = 5
const FIRST_WAIT_MS = 500

interface WantedGroup {
  name: string
  /** Null or none: the default VPC. */
  vpcId?: string | null
  description: string
  rules: IngressRule[]
  tags: Readonly<Record<string, string>>
}

/** EC2's calls about security groups. */
export class AwsSecurityGroups {
  readonly #clients: AwsClients
  readonly #clock: Clock

  constructor(clients: AwsClients, clock: Clock) {
    this.#clients = clients
    this.#clock = clock
  }

  async list(location: string, options?: CallOptions): Promise<SecurityGroupRef[]> {
    return (await this.#describe(location, [], options)).map(reference)
  }

  async byTag(
    location: string,
    tag: { key: string; value: string },
    options?: CallOptions,
  ): Promise<SecurityGroupRef[]> {
    const filters = [{ Name: `tag:${tag.key}`, Values: [tag.value] }]
    return (await this.#describe(location, filters, options)).map(reference)
  }

  /** Two callers at once end with one group: the one that comes second finds the first one's. */
  async ensure(
    location: string,
    wanted: WantedGroup,
    options?: CallOptions,
  ): Promise<{ id: string; created: boolean }> {
    const vpcId = wanted.vpcId ?? (await this.#defaultVpc(location, options))
    const present = await this.#find(location, wanted.name, vpcId, options)
    if (present) {
      await this.#addRules(location, present, wanted.rules, options)
      return { id: present.id, created: false }
    }
    const made = await this.#create(location, wanted, vpcId, options)
    const group = made ?? (await this.#findWhenSeen(location, wanted.name, vpcId, options))
    await this.#addRules(location, group, wanted.rules, options)
    return { id: group.id, created: made !== undefined }
  }

  /** False while something uses it. */
  async delete(location: string, groupId: string, options?: CallOptions): Promise<boolean> {
    try {
      await this.#clients.ec2(
        { action: 'DeleteSecurityGroup', location, kind: 'write' },
        options,
        (client, http) => client.send(new DeleteSecurityGroupCommand({ GroupId: groupId }), http),
      )
      return true
    } catch (thrown) {
      if (hasCode(thrown, 'InvalidGroup.NotFound')) return true
      if (hasCode(thrown, 'DependencyViolation') || hasCode(thrown, 'InvalidGroup.InUse')) return false
      throw thrown
    }
  }

  async #describe(location: string, filters: Filter[], options?: CallOptions): Promise<SecurityGroup[]> {
    const about = { action: 'DescribeSecurityGroups', location, kind: 'read' } as const
    const groups: SecurityGroup[] = []
    await allPages(about, async (token) => {
      const answer = await this.#clients.ec2(about, options, (client, http) =>
        client.send(
          new DescribeSecurityGroupsCommand({
            MaxResults: PAGE_SIZE,
            ...(filters.length === 0 ? {} : { Filters: filters }),
            ...(token === undefined ? {} : { NextToken: token }),
          }),
          http,
        ),
      )
      groups.push(...(answer.SecurityGroups ?? []))
      return answer.NextToken
    })
    return groups.filter(({ GroupId }) => GroupId !== undefined)
  }

  async #defaultVpc(location: string, options?: CallOptions): Promise<string> {
    const about = { action: 'DescribeVpcs', location, kind: 'read' } as const
    const answer = await this.#clients.ec2(about, options, (client, http) =>
      client.send(new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }), http),
    )
    const vpcId = answer.Vpcs?.[0]?.VpcId
    if (vpcId !== undefined) return vpcId
    throw new AppError('cloud.refused', {
      message: `The account has no default VPC in ${location}. Make one with aws ec2 create-default-vpc --region ${location}, or name security groups of your own.`,
    })
  }

  async #find(
    location: string,
    name: string,
    vpcId: string,
    options?: CallOptions,
  ): Promise<KnownGroup | undefined> {
    const filters = [
      { Name: 'group-name', Values: [name] },
      { Name: 'vpc-id', Values: [vpcId] },
    ]
    const [group] = await this.#describe(location, filters, options)
    return group?.GroupId ? { id: group.GroupId, permissions: group.IpPermissions ?? [] } : undefined
  }

  /** Undefined when somebody else made it meanwhile. */
  async #create(
    location: string,
    { name, description, tags }: WantedGroup,
    vpcId: string,
    options?: CallOptions,
  ): Promise<KnownGroup | undefined> {
    try {
      const answer = await this.#clients.ec2(
        { action: 'CreateSecurityGroup', location, kind: 'write' },
        options,
        (client, http) =>
          client.send(
            new CreateSecurityGroupCommand({
              GroupName: name,
              Description: allowedDescription(description),
              VpcId: vpcId,
              TagSpecifications: [{ ResourceType: 'security-group', Tags: awsTags(tags) }],
            }),
            http,
          ),
      )
      if (answer.GroupId) return { id: answer.GroupId, permissions: [] }
      throw new AppError('cloud.bad_answer', {
        message: `The cloud made security group ${name} in ${location}, but does not say its id.`,
        retryable: true,
      })
    } catch (thrown) {
      if (hasCode(thrown, 'InvalidGroup.Duplicate')) return undefined
      throw thrown
    }
  }

  async #findWhenSeen(
    location: string,
    name: string,
    vpcId: string,
    options?: CallOptions,
  ): Promise<KnownGroup> {
    for (let tried = 1, waitMs = FIRST_WAIT_MS; tried < SEEN_TRIES; tried += 1, waitMs *= 2) {
      const group = await this.#find(location, name, vpcId, options)
      if (group) return group
      await this.#clock.sleep(waitMs, options?.signal)
    }
    throw new AppError('cloud.not_found', {
      message: `${location} says that security group ${name} exists, but does not list it. Try again shortly.`,
      retryable: true,
    })
  }

  async #addRules(
    location: string,
    group: KnownGroup,
    rules: readonly IngressRule[],
    options?: CallOptions,
  ): Promise<void> {
    const missing = rules.filter((rule) => !group.permissions.some((known) => allows(known, rule, group.id)))
    if (missing.length === 0) return
    try {
      await this.#authorize(location, group.id, missing, options)
    } catch (thrown) {
      if (!hasCode(thrown, 'InvalidPermission.Duplicate')) throw thrown
      // One rule that is there refuses the whole call; the others are still to be made.
      if (missing.length > 1) {
        for (const rule of missing) {
          await this.#authorize(location, group.id, [rule], options).catch((again: unknown) => {
            if (!hasCode(again, 'InvalidPermission.Duplicate')) throw again
          })
        }
      }
    }
  }

  async #authorize(
    location: string,
    groupId: string,
    rules: readonly IngressRule[],
    options?: CallOptions,
  ): Promise<void> {
    const about = { action: 'AuthorizeSecurityGroupIngress', location, kind: 'write' } as const
    for (let tried = 1, waitMs = FIRST_WAIT_MS; ; tried += 1, waitMs *= 2) {
      try {
        await this.#clients.ec2(about, options, (client, http) =>
          client.send(
            new AuthorizeSecurityGroupIngressCommand({
              GroupId: groupId,
              IpPermissions: rules.map((rule) => permission(rule, groupId)),
            }),
            http,
          ),
        )
        return
      } catch (thrown) {
        if (!hasCode(thrown, 'InvalidGroup.NotFound') || tried === SEEN_TRIES) throw thrown
        await this.#clock.sleep(waitMs, options?.signal)
      }
    }
  }
}

interface KnownGroup {
  id: string
  permissions: readonly IpPermission[]
}

const ALL_PROTOCOLS = '-1'

function permission(rule: IngressRule, groupId: string): IpPermission {
  const ports = rule.protocol === 'all' ? {} : { FromPort: rule.fromPort, ToPort: rule.toPort }
  const source =
    'self' in rule.source
      ? { UserIdGroupPairs: [{ GroupId: groupId }] }
      : rule.source.cidr.includes(':')
        ? { Ipv6Ranges: [{ CidrIpv6: rule.source.cidr }] }
        : { IpRanges: [{ CidrIp: rule.source.cidr }] }
  return { IpProtocol: rule.protocol === 'all' ? ALL_PROTOCOLS : rule.protocol, ...ports, ...source }
}

/** Does a rule that is there say exactly this? */
function allows(known: IpPermission, rule: IngressRule, groupId: string): boolean {
  const wanted = permission(rule, groupId)
  if (known.IpProtocol !== wanted.IpProtocol) return false
  if (rule.protocol !== 'all' && (known.FromPort !== rule.fromPort || known.ToPort !== rule.toPort)) {
    return false
  }
  if ('self' in rule.source)
    return known.UserIdGroupPairs?.some(({ GroupId }) => GroupId === groupId) ?? false
  const { cidr } = rule.source
  return (
    (known.IpRanges?.some(({ CidrIp }) => CidrIp === cidr) ?? false) ||
    (known.Ipv6Ranges?.some(({ CidrIpv6 }) => CidrIpv6 === cidr) ?? false)
  )
}

/** EC2 takes at most 255 of these characters in a group's description (CreateSecurityGroup, "Constraints"). */
function allowedDescription(text: string): string {
  return text.replace(/[^a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]/g, '-').slice(0, 255)
}

function reference(group: SecurityGroup): SecurityGroupRef {
  return {
    id: group.GroupId ?? '',
    name: group.GroupName ?? '',
    description: group.Description ?? '',
    vpcId: group.VpcId ?? null,
  }
}

function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof AppError && thrown.details.cloudCode === code
}
