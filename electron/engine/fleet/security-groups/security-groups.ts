import type { SecurityGroupRef } from '../../../../shared/model/clouds.ts'
import { AppError, toAppError } from '../../../../shared/model/errors.ts'
import type {
  GroupRule,
  GroupRuleOutcome,
  GroupRulePlan,
  GroupUsage,
  SecurityGroup,
} from '../../../../shared/model/security-groups.ts'
import { TAGS } from '../../../../shared/model/tags.ts'
import {
  normalRule,
  planRules,
  ruleFaults,
  rulesAfter,
  rulesBasis,
} from '../../../../shared/logic/security-groups/security-group-rules.ts'
import type { FarmDesign } from '../../../../shared/model/farms.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import {
  checkLocation,
  type CloudCalls,
  type CloudProvider,
  type CloudSecurityGroup,
} from '../../clouds/index.ts'
import type { RoleDesigns } from '../../designs/roles/index.ts'
import type { Events } from '../../records/events/index.ts'
import { ensuredRules } from './ensured-rules.ts'
import { type GroupUsers, isOurs, usageOfGroups } from './group-usage.ts'
import { changeRules } from './rule-changes.ts'
import type { SecurityGroupMaker } from './security-group-maker.ts'

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
  } & CloudCalls
  catalogs: {
    /** What the designer offers, brought up to date by what a call showed. */
    keepSecurityGroups(place: Place, groups: readonly SecurityGroupRef[]): Promise<void>
  }
  /** Whose farms and servers may use the groups. */
  workspace: {
    id: string
    farms: { list(): readonly FarmDesign[] }
    servers: { all(): Iterable<Server> }
    roles: Pick<RoleDesigns, 'imageOf'>
  }
  maker: Pick<SecurityGroupMaker, 'forgetEnsured'>
  events: Pick<Events, 'tell'>
}

/** The port of SSH where no image tells another. */
const SSH_PORT = 22

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
    const users = this.#users()
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
    const tags = { [TAGS.workspace]: this.#options.workspace.id }
    const { id } = await this.#call(input, ({ securityGroups }) =>
      securityGroups.create(input.location, { name, description, vpcId, tags }, callOptions(options)),
    )
    await this.#tell('SecurityGroupCreated', `Security group ${name} was made in ${input.location}`)
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
      await this.#tell('SecurityGroupChanged', `Security group ${before.name} in ${input.location}: ${words}`)
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
    await this.#tell('SecurityGroupDeleted', `Security group ${group.name} in ${input.location} was deleted`)
    const left = groups.filter(({ id }) => id !== group.id)
    await this.#options.catalogs.keepSecurityGroups(input, left)
  }

  #users(): GroupUsers {
    const { id, farms, servers, roles } = this.#options.workspace
    return {
      workspaceId: id,
      farms: farms.list(),
      servers: [...servers.all()],
      sshPortOf: (role) => roles.imageOf(role.roleId, role.cloudId, role.location)?.ssh.port ?? SSH_PORT,
    }
  }

  /** The next launch looks at the groups again. */
  async #tell(
    kind: 'SecurityGroupCreated' | 'SecurityGroupChanged' | 'SecurityGroupDeleted',
    message: string,
  ): Promise<void> {
    this.#options.maker.forgetEnsured()
    await this.#options.events.tell(kind, message, { firedBy: 'person' })
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
