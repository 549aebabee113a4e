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
  rulesBasis,
} from '../../../../shared/logic/security-groups/security-group-rules.ts'
import type { FarmDesign } from '../../../../shared/model/farms.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import type { CloudCalls, CloudProvider, CloudSecurityGroup } from '../../clouds/index.ts'
import type { RoleDesigns } from '../../designs/roles/index.ts'
import type { Events } from '../../records/events/index.ts'
import { ensuredRules, type GroupUsers, isOurs, usageOfGroups } from './group-usage.ts'
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
    /** What the designer offers, brought up to date by what a call showed. */
    keepSecurityGroups(place: Place, groups: readonly CloudSecurityGroup[]): Promise<void>
  } & CloudCalls
  farms: { list(): readonly FarmDesign[] }
  servers: { all(): Iterable<Server> }
  roles: Pick<RoleDesigns, 'imageOf'>
  maker: Pick<SecurityGroupMaker, 'forgetEnsured'>
  events: Pick<Events, 'tell'>
  workspaceId: string
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
    const groups = await this.#all(place, options)
    await this.#options.clouds.keepSecurityGroups(place, groups)
    const users = this.#users()
    const usage = usageOfGroups(place, groups, users)
    return groups.map((group) => this.#describe(place, group, usage, users))
  }

  /** Throws `input.not_found`. */
  async get(input: Place & { groupId: string }, options?: Options): Promise<SecurityGroup> {
    const found = (await this.list(input, options)).find(({ id }) => id === input.groupId)
    if (found) return found
    throw new AppError('input.not_found', {
      message: `${input.location} has no security group ${input.groupId} (any more).`,
    })
  }

  /** The name is unique in its VPC, so that a call whose answer was lost cannot make a second group. */
  async create(
    input: Place & { name: string; description: string; vpcId: string | null },
    options?: Options,
  ): Promise<SecurityGroup> {
    const { name, description, vpcId } = input
    const tags = { [TAGS.workspace]: this.#options.workspaceId }
    const { id } = await this.#call(input, (provider) =>
      provider.securityGroupRules.create(
        input.location,
        { name, description, vpcId, tags },
        callOptions(options),
      ),
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

  /** Sends the differences only; one that fails keeps no other from being made. */
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
    const failed = await this.#call(input, (provider) =>
      changeRules(provider.securityGroupRules, input, plan, callOptions(options)),
    )
    const done = changes - failed.length
    if (done > 0) {
      const words = `${String(done)} ${done === 1 ? 'change' : 'changes'} of its rules`
      await this.#tell('SecurityGroupChanged', `Security group ${before.name} in ${input.location}: ${words}`)
    }
    return {
      group: await this.get(input, options),
      done,
      failed: failed.map(({ error, ...change }) => ({ ...change, error: toAppError(error).toInfo() })),
    }
  }

  /** Throws `input.conflict` naming what uses the group. */
  async remove(input: Place & { groupId: string }, options?: Options): Promise<void> {
    const group = await this.get(input, options)
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
    const isGone = await this.#call(input, (provider) =>
      provider.deleteSecurityGroup(input.location, group.id, callOptions(options)),
    )
    if (!isGone) {
      throw new AppError('input.conflict', {
        message: `The cloud does not delete ${group.name}: something that Farmhand does not manage uses it, such as a network interface or another account’s group.`,
      })
    }
    await this.#tell('SecurityGroupDeleted', `Security group ${group.name} in ${input.location} was deleted`)
    await this.list(input, options)
  }

  #users(): GroupUsers {
    const { farms, servers, roles, workspaceId } = this.#options
    return {
      workspaceId,
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
    await this.#options.events.tell(kind, message)
  }

  async #all(place: Place, options?: Options): Promise<CloudSecurityGroup[]> {
    return this.#call(place, (provider) =>
      provider.securityGroupRules.list(place.location, callOptions(options)),
    )
  }

  async #call<T>(place: Place, call: (provider: CloudProvider) => Promise<T>): Promise<T> {
    const { clouds } = this.#options
    const cloud = clouds.get(place.cloudId)
    if (!cloud.locations.includes(place.location)) {
      const message = `“${cloud.name}” does not use ${place.location}; it uses ${cloud.locations.join(', ')}.`
      throw new AppError('input.invalid', { message, details: { faults: [{ path: 'location', message }] } })
    }
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
