import {
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
  type Filter,
} from '@aws-sdk/client-ec2'
import { ruleKey } from '../../../shared/logic/security-groups/security-group-rules.ts'
import { AppError } from '../../../shared/model/errors.ts'
import type { GroupRule } from '../../../shared/model/security-groups.ts'
import type { Clock } from '../../engine/ports.ts'
import type {
  CallOptions,
  CloudSecurityGroup,
  CreateSecurityGroupRequest,
  SecurityGroupsPort,
  CloudTag,
} from '../../engine/clouds/index.ts'
import type { AwsClients } from './aws-clients.ts'
import { hasCode } from './aws-errors.ts'
import { awsTags } from './aws-tags.ts'
import { literal } from './filters.ts'
import { allPages } from './pages.ts'
import { ADD, COMMENT, groupOf, permissionOf, REMOVE, type RuleCalls } from './security-group-rules.ts'

const PAGE_SIZE = 1000
/** A group that was just made may not be seen by the next call yet; it is waited for this long in all: 0.5, 1, 2, 4 s. */
const SEEN_TRIES = 5
const FIRST_WAIT_MS = 500

type NamedGroup = CreateSecurityGroupRequest & { vpcId: string }

/** EC2's security groups with their rules. */
export class AwsSecurityGroups implements SecurityGroupsPort {
  readonly #clients: AwsClients
  readonly #clock: Clock

  constructor(clients: AwsClients, clock: Clock) {
    this.#clients = clients
    this.#clock = clock
  }

  list(location: string, options?: CallOptions): Promise<CloudSecurityGroup[]> {
    return this.#list(location, [], options)
  }

  listByTag(location: string, tag: CloudTag, options?: CallOptions): Promise<CloudSecurityGroup[]> {
    return this.#list(location, [{ Name: `tag:${tag.key}`, Values: [literal(tag.value)] }], options)
  }

  async create(
    location: string,
    group: CreateSecurityGroupRequest,
    options?: CallOptions,
  ): Promise<{ id: string }> {
    const advice = 'Choose one of its VPCs for the group.'
    const vpcId = group.vpcId ?? (await this.#defaultVpc(location, advice, options))
    try {
      const id = await this.#create(location, { ...group, vpcId }, options)
      if (id !== undefined) return { id }
    } catch (thrown) {
      if (!hasCode(thrown, 'InvalidGroup.Duplicate')) throw thrown
      const message = `${vpcId} has a security group “${group.name}” already; choose another name.`
      throw new AppError('input.conflict', {
        message,
        details: { ...thrown.details, faults: [{ path: 'name', message }] },
        cause: thrown,
      })
    }
    throw nameless(location, group, { retryable: false })
  }

  /** The one that comes second finds the first one's. */
  async ensure(
    location: string,
    wanted: Parameters<SecurityGroupsPort['ensure']>[1],
    options?: CallOptions,
  ): Promise<{ id: string; created: boolean }> {
    const advice = `Make one with aws ec2 create-default-vpc --region ${location}, or name security groups of your own.`
    const vpcId = wanted.vpcId ?? (await this.#defaultVpc(location, advice, options))
    const named = { ...wanted, vpcId, description: allowedDescription(wanted.description) }
    const present = await this.#findByName(location, named, options)
    const group = present ?? (await this.#createOrFind(location, named, options))
    const known = new Set(group.rules.map(ruleKey))
    const missing = wanted.rulesFor(group.id).filter((rule) => !known.has(ruleKey(rule)))
    if (missing.length > 0) await this.#addOnceSeen(location, group.id, missing, options)
    return { id: group.id, created: group.created }
  }

  addRules(location: string, id: string, rules: readonly GroupRule[], options?: CallOptions): Promise<void> {
    return this.#change(ADD, 'InvalidPermission.Duplicate', location, id, rules, options)
  }

  removeRules(
    location: string,
    id: string,
    rules: readonly GroupRule[],
    options?: CallOptions,
  ): Promise<void> {
    // Of a rule that goes, the comment does not say which one it is.
    const bare = rules.map((rule) => ({ ...rule, comment: '' }))
    return this.#change(REMOVE, 'InvalidPermission.NotFound', location, id, bare, options)
  }

  commentRules(
    location: string,
    id: string,
    rules: readonly GroupRule[],
    options?: CallOptions,
  ): Promise<void> {
    return this.#change(COMMENT, null, location, id, rules, options)
  }

  async delete(location: string, id: string, options?: CallOptions): Promise<boolean> {
    try {
      await this.#clients.ec2(
        { action: 'DeleteSecurityGroup', location, kind: 'write' },
        options,
        (client, http) => client.send(new DeleteSecurityGroupCommand({ GroupId: id }), http),
      )
      return true
    } catch (thrown) {
      if (hasCode(thrown, 'InvalidGroup.NotFound')) return true
      if (hasCode(thrown, 'DependencyViolation', 'InvalidGroup.InUse')) return false
      throw thrown
    }
  }

  async #list(location: string, filters: Filter[], options?: CallOptions): Promise<CloudSecurityGroup[]> {
    const about = { action: 'DescribeSecurityGroups', location, kind: 'read' } as const
    const groups: CloudSecurityGroup[] = []
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
      groups.push(...(answer.SecurityGroups ?? []).flatMap((group) => groupOf(group) ?? []))
      return answer.NextToken
    })
    return groups
  }

  async #defaultVpc(location: string, advice: string, options?: CallOptions): Promise<string> {
    const about = { action: 'DescribeVpcs', location, kind: 'read' } as const
    const { Vpcs = [] } = await this.#clients.ec2(about, options, (client, http) =>
      client.send(new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }), http),
    )
    const vpcId = Vpcs[0]?.VpcId
    if (vpcId !== undefined) return vpcId
    throw new AppError('cloud.refused', {
      message: `The account has no default VPC in ${location}. ${advice}`,
    })
  }

  async #findByName(location: string, { name, vpcId }: NamedGroup, options?: CallOptions) {
    const filters = [
      { Name: 'group-name', Values: [name] },
      { Name: 'vpc-id', Values: [vpcId] },
    ]
    const [group] = await this.#list(location, filters, options)
    return group && { id: group.id, rules: group.rules, created: false }
  }

  /** Undefined when EC2 made it, but does not say its id. */
  async #create(location: string, group: NamedGroup, options?: CallOptions): Promise<string | undefined> {
    const about = { action: 'CreateSecurityGroup', location, kind: 'write' } as const
    const { GroupId } = await this.#clients.ec2(about, options, (client, http) =>
      client.send(
        new CreateSecurityGroupCommand({
          GroupName: group.name,
          Description: group.description,
          VpcId: group.vpcId,
          TagSpecifications: [{ ResourceType: 'security-group', Tags: awsTags(group.tags) }],
        }),
        http,
      ),
    )
    return GroupId || undefined
  }

  /** A group that somebody else made meanwhile may take a while to be seen. */
  async #createOrFind(location: string, group: NamedGroup, options?: CallOptions) {
    try {
      const id = await this.#create(location, group, options)
      if (id === undefined) throw nameless(location, group, { retryable: true })
      return { id, rules: [], created: true }
    } catch (thrown) {
      if (!hasCode(thrown, 'InvalidGroup.Duplicate')) throw thrown
    }
    for (let tried = 1, waitMs = FIRST_WAIT_MS; tried < SEEN_TRIES; tried += 1, waitMs *= 2) {
      const found = await this.#findByName(location, group, options)
      if (found) return found
      await this.#clock.sleep(waitMs, options?.signal)
    }
    throw new AppError('cloud.not_found', {
      message: `${location} says that security group ${group.name} exists, but does not list it. Try again shortly.`,
      retryable: true,
    })
  }

  async #addOnceSeen(
    location: string,
    id: string,
    rules: readonly GroupRule[],
    options?: CallOptions,
  ): Promise<void> {
    for (let tried = 1, waitMs = FIRST_WAIT_MS; ; tried += 1, waitMs *= 2) {
      try {
        return await this.addRules(location, id, rules, options)
      } catch (thrown) {
        if (!hasCode(thrown, 'InvalidGroup.NotFound') || tried === SEEN_TRIES) throw thrown
        await this.#clock.sleep(waitMs, options?.signal)
      }
    }
  }

  /** All in one call; when the cloud says that one of them is as wanted already, each by itself. */
  async #change(
    calls: RuleCalls,
    done: string | null,
    location: string,
    id: string,
    rules: readonly GroupRule[],
    options?: CallOptions,
  ): Promise<void> {
    const [first] = rules
    if (!first) return
    const { action, send } = calls[first.direction]
    const input = { GroupId: id, IpPermissions: rules.map(permissionOf) }
    try {
      await this.#clients.ec2({ action, location, kind: 'write' }, options, (client, http) =>
        send(client, input, http),
      )
    } catch (thrown) {
      if (done === null || !hasCode(thrown, done)) throw thrown
      if (rules.length === 1) return
      for (const rule of rules) await this.#change(calls, done, location, id, [rule], options)
    }
  }
}

/** EC2 takes at most 255 of these characters in a group's description (CreateSecurityGroup, "Constraints"). */
function allowedDescription(text: string): string {
  return text.replace(/[^a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]/g, '-').slice(0, 255)
}

function nameless(
  location: string,
  { name }: { name: string },
  { retryable }: { retryable: boolean },
): AppError {
  return new AppError('cloud.bad_answer', {
    message: `The cloud made security group ${name} in ${location}, but does not say its id.`,
    retryable,
  })
}
