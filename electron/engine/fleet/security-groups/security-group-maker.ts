import { AppError } from '../../../../shared/model/errors.ts'
import type { SecurityGroupRef } from '../../../../shared/model/clouds.ts'
import type { FarmRole } from '../../../../shared/model/farm-roles.ts'
import type { FarmDesign } from '../../../../shared/model/farms.ts'
import { TAGS } from '../../../../shared/model/tags.ts'
import type { CloudProvider } from '../../clouds/index.ts'
import type { Clock } from '../../ports.ts'
import type { Events } from '../../records/events/index.ts'
import { farmGroupRules, roleGroupRules } from './ensured-rules.ts'

/** How long an ensured group is taken as there. */
const ENSURED_MS = 600_000

interface SecurityGroupMakerOptions {
  events: Events
  clock: Clock
  workspaceId: string
}

/**
 * The security groups of servers. `default` mode makes two groups: one a farm and location in which its servers reach each
 * other on every port, and one a farm role that admits SSH and ping from anywhere (reference 7.1).
 */
export class SecurityGroupMaker {
  readonly #options: SecurityGroupMakerOptions
  readonly #ensured = new Map<string, { id: Promise<string>; atMs: number }>()

  constructor(options: SecurityGroupMakerOptions) {
    this.#options = options
  }

  /**
   * Ids of the groups of a new server in a VPC (null: the default one); makes what is missing. Throws `farm.invalid` for a
   * named group that is not there.
   */
  async groupIds(
    farm: FarmDesign,
    role: FarmRole,
    place: { sshPort: number; vpcId: string | null },
    provider: CloudProvider,
  ): Promise<string[]> {
    const { vpcId } = place
    const { securityGroups: wanted } = role
    if (wanted.mode === 'named') return this.#named(wanted.groups, role, vpcId, provider)
    const made = await Promise.all([
      this.#ensure(farm, null, role, place, provider),
      this.#ensure(farm, role, role, place, provider),
    ])
    if (wanted.additional.length === 0) return made
    return [...new Set([...made, ...(await this.#named(wanted.additional, role, vpcId, provider))])]
  }

  /** Groups by id or name; a name is one of the VPC's. */
  async #named(
    names: readonly string[],
    role: FarmRole,
    vpcId: string | null,
    provider: CloudProvider,
  ): Promise<string[]> {
    const known = await provider.securityGroups.list(role.location)
    const fits = (group: SecurityGroupRef): boolean => vpcId === null || group.vpcId === vpcId
    return names.map((wanted) => {
      const group =
        known.find(({ id }) => id === wanted) ?? known.find((one) => one.name === wanted && fits(one))
      if (group) return group.id
      const where = vpcId === null ? role.location : `VPC ${vpcId}`
      throw new AppError('farm.invalid', {
        message: `${where} has no security group “${wanted}”, which ${role.alias} asks for. Make it, or choose another.`,
      })
    })
  }

  /** Somebody changed a group: the next launch looks at them all again. */
  forgetEnsured(): void {
    this.#ensured.clear()
  }

  /** Removes the groups that were made for a farm; those still in use stay and are named in the answer. */
  async removeOfFarm(farmId: string, location: string, provider: CloudProvider): Promise<string[]> {
    const groups = await provider.securityGroups.listByTag(location, { key: TAGS.farm, value: farmId })
    const kept: string[] = []
    for (const group of groups) {
      if (!(await provider.securityGroups.delete(location, group.id))) kept.push(group.name)
    }
    this.#ensured.clear()
    return kept
  }

  async #ensure(
    farm: FarmDesign,
    only: FarmRole | null,
    role: FarmRole,
    { sshPort, vpcId }: { sshPort: number; vpcId: string | null },
    provider: CloudProvider,
  ): Promise<string> {
    const name = only ? `farmhand-role.${only.id}` : `farmhand-farm.${farm.id}`
    const key = JSON.stringify([role.cloudId, role.location, vpcId, name, only && sshPort])
    const { events, clock, workspaceId } = this.#options
    const known = this.#ensured.get(key)
    if (known && clock.monotonic() - known.atMs < ENSURED_MS) return known.id
    const id = provider.securityGroups
      .ensure(role.location, {
        name,
        vpcId,
        description: only ? `Farmhand: ${only.alias} of ${farm.name}` : `Farmhand: servers of ${farm.name}`,
        rulesFor: only ? () => roleGroupRules(sshPort) : farmGroupRules,
        tags: {
          [TAGS.workspace]: workspaceId,
          [TAGS.farm]: farm.id,
          ...(only ? { [TAGS.farmRole]: only.id } : {}),
        },
      })
      .then(async (group) => {
        const data = { farm: farm.name, alias: only?.alias ?? null, group: name }
        const about = { farmId: farm.id, farmRoleId: only?.id ?? null, data }
        if (group.created) await events.tell('SecurityGroupCreated', `Security group ${name} was made`, about)
        return group.id
      })
    this.#ensured.set(key, { id, atMs: clock.monotonic() })
    id.catch(() => this.#ensured.delete(key))
    return id
  }
}
