import type { Fault } from '../../../../shared/model/errors.ts'
import type { DiscoveredInstance, ImportInput, ImportPlan } from '../../../../shared/model/discovery.ts'
import type { Os } from '../../../../shared/model/images.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { batchFaults, roomFault, tagChanges } from '../../../../shared/logic/discovery/discovery.ts'
import { freeIndexes } from '../../../../shared/logic/farms/farm-decisions.ts'
import { TAGS } from '../../../../shared/model/tags.ts'
import type { ServerKeys } from '../../access/keys/index.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { RoleDesigns } from '../../designs/roles/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { UnknownInstances } from './unknown-instances.ts'

interface ImportPlansOptions {
  instances: UnknownInstances
  farms: FarmStore
  roles: RoleDesigns
  servers: ServerStore
  keys: ServerKeys
  workspaceId: string
}

/** What taking instances over would do, and what stands in its way. */
export class ImportPlans {
  readonly #options: ImportPlansOptions

  constructor(options: ImportPlansOptions) {
    this.#options = options
  }

  /** With the instances that are there. */
  async plan(input: ImportInput): Promise<{ plan: ImportPlan; instances: DiscoveredInstance[] }> {
    const faults: Fault[] = []
    const tell = (path: string, message: string): void => void faults.push({ path, message })
    const all = await this.#options.instances.list(input)
    const instances: DiscoveredInstance[] = []
    for (const id of new Set(input.instanceIds)) {
      const found = all.find((instance) => instance.id === id)
      if (found) instances.push(found)
      else tell('instanceIds', `${id} is not in ${input.location}, or is ours already.`)
    }
    const place = this.#place(input, instances.length, tell)
    faults.push(...batchFaults(instances, place.os))
    if (input.privateKey !== null) {
      const fault = this.#options.keys.faultOf(input.privateKey)
      if (fault !== null) tell('privateKey', fault)
    }
    const indexes = freeIndexes(place.own, instances.length)
    const servers = instances.map((instance, position) => {
      const ours = { [TAGS.workspace]: this.#options.workspaceId }
      const { changes, faults: wrong } = tagChanges(instance.tags, input.tags, ours)
      for (const message of wrong) tell('tags', `${instance.name}: ${message}`)
      return { instanceId: instance.id, name: instance.name, index: indexes[position] ?? 0, tags: changes }
    })
    const { farm, alias } = place
    return {
      plan: { farm, alias, faults: unique(faults), warnings: warningsOf(input, instances), servers },
      instances,
    }
  }

  /** Where they would go, as far as it is there already. */
  #place(
    input: ImportInput,
    count: number,
    tell: (path: string, message: string) => void,
  ): { farm: string; alias: string; own: Server[]; os: Os | null } {
    const { farms, servers, roles } = this.#options
    const alias = input.farmRole.kind === 'new' ? input.farmRole.alias : ''
    const os = input.farmRole.kind === 'new' ? input.farmRole.os : null
    if (input.farm.kind === 'new') {
      const { name } = input.farm
      if (farms.list().some((farm) => farm.name.toLowerCase() === name.toLowerCase())) {
        tell('farm.name', `There is a farm named “${name}” already; choose another name.`)
      }
      if (input.farmRole.kind === 'existing')
        tell('farmRole', 'A new farm has no farm role yet; name a new one.')
      return { farm: name, alias, own: [], os }
    }
    const farm = farms.find(input.farm.farmId)
    if (!farm) {
      tell('farm', 'This farm does not exist (any more). Choose another.')
      return { farm: '', alias, own: [], os }
    }
    if (farm.state.status !== 'running') {
      tell(
        'farm',
        `“${farm.name}” is ${farm.state.status}; only a running farm takes servers. Launch it first.`,
      )
    }
    if (farm.state.lock) tell('farm', `“${farm.name}” is locked: ${farm.state.lock.comment}`)
    if (input.farmRole.kind === 'new') {
      if (farm.roles.some((role) => role.alias.toLowerCase() === alias.toLowerCase())) {
        tell(
          'farmRole.alias',
          `“${farm.name}” has a farm role “${alias}” already; choose it, or another alias.`,
        )
      }
      return { farm: farm.name, alias, own: [], os }
    }
    const { farmRoleId } = input.farmRole
    const role = farm.roles.find(({ id }) => id === farmRoleId)
    if (!role) {
      tell('farmRole', `“${farm.name}” does not have this farm role (any more). Choose another.`)
      return { farm: farm.name, alias, own: [], os: null }
    }
    if (role.cloudId !== input.cloudId || role.location !== input.location) {
      tell(
        'farmRole',
        `${role.alias} is in ${role.location} of another place; choose one in ${input.location}.`,
      )
    }
    const own = servers.ofFarm(farm.id).filter((server) => server.farmRoleId === role.id)
    const full = roomFault(role, own, count)
    if (full !== null) tell('farmRole', full)
    const image = roles.imageOf(role.roleId, role.cloudId, role.location)
    return { farm: farm.name, alias: role.alias, own, os: image?.os ?? null }
  }
}

function warningsOf(input: ImportInput, instances: readonly DiscoveredInstance[]): string[] {
  const warnings = [
    'This cannot be undone: from then on Farmhand terminates these machines with their farm role or their farm.',
  ]
  if (input.privateKey === null) {
    warnings.push(
      'Without a key no terminal can be opened and nothing can be run on them; one can be given later.',
    )
  }
  const unknown = instances.filter(({ os }) => os.family === 'unknown')
  if (unknown.length > 0) {
    warnings.push(`What ${unknown.map(({ name }) => name).join(', ')} runs is not known; check that it fits.`)
  }
  return warnings
}

function unique(faults: readonly Fault[]): Fault[] {
  const seen = new Set<string>()
  return faults.filter(({ path, message }) => {
    const key = `${path}\0${message}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
