import type { SecurityGroupRef } from '../../../../shared/model/clouds.ts'
import { AppError, toAppError } from '../../../../shared/model/errors.ts'
import type {
  GroupRule,
  GroupRuleOutcome,
  GroupRulePlan,
  GroupUsage,
  SecurityGroup,
} from '../../../../shared/model/security-groups.ts'
import { TAGS } from '../../../../shared/logic/servers/launch-batches.ts'
import {
  normalRule,
  planRules,
  ruleFaults,
  rulesAfter,
  rulesBasis,
} from '../../../../shared/logic/security-groups/security-group-rules.ts'
import { checkLocation, type CloudProvider, type CloudSecurityGroup } from '../../clouds/index.ts'
import { ensuredRules } from './ensured-rules.ts'
import { type GroupUsers, isOurs, usageOfGroups } from './group-usage.ts'
import { changeRules } from './rule-changes.ts'

interface Place {
  cloudId: string
  location: string
}
interface Options {
  signal?: AbortSignal | undefined
}

interface SecurityGroupsOptions {
  clouds: {
    get(id: string): { id: SecurityGroup['cloudId']; name: string; locations: readonly string[] }
    watch<T>(cloudId: string, location: string, call: (provider: CloudProvider) => Promise<T>): Promise<T>
  }
  catalogs: {
    /** What the designer offers, brought up to date by what a call showed. */
    keepSecurityGroups(place: Place, groups: readonly SecurityGroupRef[]): Promise<void>
  }
  users: () => GroupUsers
  tell: (
    kind: 'SecurityGroupCreated' | 'SecurityGroupChanged' | 'SecurityGroupDeleted',
    message: string,
  ) => Promise<void>
}

/** Security groups as a person sees and changes them: the cloud's own state each time, nothing of it is remembered. */
export class SecurityGroups {
  readonly #options: SecurityGroupsOptions

  constructor(options: SecurityGroupsOptions) {
    this.#options = options
  }

  async list(place: Place, options?: Options): Promise<SecurityGroup[]> {
    const groups = await this.#call(place, ({ securityGroups }) =>
      securityGroups.list(place.location, callOptions(options)),
    )
    await this.#options.catalogs.keepSecurityGroups(place, groups)
    const users = this.#options.users()
    const usage = usageOfGroups(place, groups, users)
    return groups.map((group) => this.#describe(place, group, usage, users))
  }

  /** Throws `input.not_found`. */
  async get(input: Place & { groupId: string }, options?: Options): Promise<SecurityGroup> {
    return oneOf(await this.list(input, options), input)
  }

  /** The name is unique in its VPC, so that a call whose answer was lost cannot make a second group. */
  async create(
    input: Place & { name: string; description: string; vpcId: string | null },
    options?: Options,
  ): Promise<SecurityGroup> {
    const { name, description, vpcId } = input
    const tags = { [TAGS.workspace]: this.#options.users().workspaceId }
    const { id } = await this.#call(input, ({ securityGroups }) =>
      securityGroups.create(input.location, { name, description, vpcId, tags }, callOptions(options)),
    )
    await this.#options.tell('SecurityGroupCreated', `Security group ${name} was made in ${input.location}`)
    return this.get({ ...input, groupId: id }, options)
  }

  async planRules(
    input: Place & { groupId: string; rules: readonly GroupRule[] },
    options?: Options,
  ): Promise<GroupRulePlan> {
    checkRules(input.rules)
    return planRules(await this.get(input, options), input.rules)
  }

  /**
   * Sends the differences only; one that fails keeps no other from being made. The cloud is asked once how the group is: after
   * a change without a failure it is known.
   */
  async applyRules(
    input: Place & { groupId: string; rules: readonly GroupRule[]; basis: string },
    options?: Options,
  ): Promise<GroupRuleOutcome> {
    checkRules(input.rules)
    const before = await this.get(input, options)
    const plan = planRules(before, input.rules)
    const changes = plan.add.length + plan.remove.length + plan.comment.length
    if (changes === 0) return { group: before, done: 0, failed: [] }
    if (input.basis !== rulesBasis(before.rules)) {
      throw new AppError('input.conflict', {
        message: `The rules of ${before.name} were changed elsewhere since the plan was made. Look at the new plan, then apply it.`,
      })
    }
    const failed = await this.#call(input, ({ securityGroups }) =>
      changeRules(securityGroups, input, plan, callOptions(options)),
    )
    const done = changes - failed.length
    if (done > 0) {
      const words = `${String(done)} ${done === 1 ? 'change' : 'changes'} of its rules`
      await this.#options.tell(
        'SecurityGroupChanged',
        `Security group ${before.name} in ${input.location}: ${words}`,
      )
    }
    return {
      // What failed may have been done all the same and its answer lost: then only the cloud knows.
      group:
        failed.length === 0
          ? { ...before, rules: rulesAfter(before.rules, plan) }
          : await this.get(input, options),
      done,
      failed: failed.map(({ error, ...change }) => ({ ...change, error: toAppError(error).toInfo() })),
    }
  }

  /** Throws `input.conflict` naming what uses the group. */
  async remove(input: Place & { groupId: string }, options?: Options): Promise<void> {
    const groups = await this.list(input, options)
    const group = oneOf(groups, input)
    if (group.isDefault) {
      throw new AppError('input.conflict', {
        message: `${group.name} came with its VPC; the cloud deletes it only with the VPC.`,
      })
    }
    const users = usersOf(group.usage)
    if (users.length > 0) {
      const some = users.slice(0, 5).join(', ')
      const more = users.length > 5 ? ` and ${String(users.length - 5)} more` : ''
      throw new AppError('input.conflict', {
        message: `${group.name} is used by ${some}${more}. Take it from those first.`,
      })
    }
    const isGone = await this.#call(input, ({ securityGroups }) =>
      securityGroups.delete(input.location, group.id, callOptions(options)),
    )
    if (!isGone) {
      throw new AppError('input.conflict', {
        message: `The cloud does not delete ${group.name}: something that Farmhand does not manage uses it, such as a network interface or another account’s group.`,
      })
    }
    await this.#options.tell(
      'SecurityGroupDeleted',
      `Security group ${group.name} in ${input.location} was deleted`,
    )
    const left = groups.filter(({ id }) => id !== group.id)
    await this.#options.catalogs.keepSecurityGroups(input, left)
  }

  async #call<T>(place: Place, call: (provider: CloudProvider) => Promise<T>): Promise<T> {
    const { clouds } = this.#options
    checkLocation(clouds.get(place.cloudId), place.location)
    return clouds.watch(place.cloudId, place.location, call)
  }

  #describe(
    { cloudId, location }: Place,
    group: CloudSecurityGroup,
    usage: ReadonlyMap<string, GroupUsage>,
    users: GroupUsers,
  ): SecurityGroup {
    const cloud = this.#options.clouds.get(cloudId)
    return {
      cloudId: cloud.id,
      cloud: cloud.name,
      location,
      ...group,
      tags: { ...group.tags },
      rules: group.rules.map(normalRule),
      isOurs: isOurs(group, users.workspaceId),
      isDefault: group.name === 'default',
      usage: usage.get(group.id) ?? { designs: [], servers: [], groups: [], sshPorts: [] },
      ensured: ensuredRules(group, users),
    }
  }
}

/** Throws `input.not_found`. */
function oneOf(
  groups: readonly SecurityGroup[],
  { location, groupId }: { location: string; groupId: string },
): SecurityGroup {
  const found = groups.find(({ id }) => id === groupId)
  if (found) return found
  throw new AppError('input.not_found', {
    message: `${location} has no security group ${groupId} (any more).`,
  })
}

function callOptions(options: Options | undefined): { signal?: AbortSignal } {
  return options?.signal ? { signal: options.signal } : {}
}

function checkRules(rules: readonly GroupRule[]): void {
  const faults = ruleFaults(rules)
  const [first] = faults
  if (!first) return
  throw new AppError('input.invalid', { message: first.message, details: { faults } })
}

function usersOf({ designs, servers, groups }: GroupUsage): string[] {
  return [
    ...designs.map(({ name }) => `farm ${name}`),
    ...servers.map(({ name }) => `server ${name}`),
    ...groups.map(({ name }) => `rules of group ${name}`),
  ]
}
