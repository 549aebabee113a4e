import { AppError } from '../../../../shared/model/errors.ts'
import type { DiscoveredInstance, ImportInput } from '../../../../shared/model/discovery.ts'
import { defaultRoleGroups, MAX_SERVERS } from '../../../../shared/model/farm-roles.ts'
import type { Farm, FarmInput } from '../../../../shared/model/farms.ts'
import { FarmRoleId } from '../../../../shared/model/ids.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { Farms } from '../farms/index.ts'
import type { SystemRoles } from './system-roles.ts'

interface ImportPlacesOptions {
  farms: Farms
  farmStore: FarmStore
  systemRoles: SystemRoles
}

/** Finds or makes the farm and the farm role that imported servers belong to. */
export class ImportPlaces {
  readonly #options: ImportPlacesOptions

  constructor(options: ImportPlacesOptions) {
    this.#options = options
  }

  async make(
    input: ImportInput,
    instances: readonly DiscoveredInstance[],
  ): Promise<{ farm: Farm; farmRoleId: FarmRoleId }> {
    const { farmStore } = this.#options
    if (input.farmRole.kind === 'existing') {
      if (input.farm.kind !== 'existing') throw notThere()
      return { farm: farmStore.get(input.farm.farmId), farmRoleId: input.farmRole.farmRoleId }
    }
    const [first] = instances
    if (!first) throw notThere()
    const { alias, os } = input.farmRole
    const role = {
      ...defaultRoleGroups(),
      alias,
      roleId: await this.#options.systemRoles.of(os, input, first),
      cloudId: input.cloudId,
      location: input.location,
      instanceType: first.instanceType,
      // Manual: nothing is launched from a system role, and what was imported is not terminated by scaling.
      scaling: { enabled: false, min: 0, max: MAX_SERVERS, considerSuspended: 'running' as const },
    }
    const farm =
      input.farm.kind === 'new'
        ? await this.#newFarm(input.farm.name, role)
        : await this.#addTo(input.farm.farmId, role)
    const made = farm.roles.find((one) => one.alias === alias)
    if (!made) throw notThere()
    return { farm, farmRoleId: FarmRoleId.parse(made.id) }
  }

  async #newFarm(name: string, role: NonNullable<FarmInput['roles']>[number]): Promise<Farm> {
    const { farms, farmStore } = this.#options
    const farm = await farms.create({
      name,
      description: 'Made for servers imported from the cloud',
      roles: [role],
    })
    try {
      await farms.launch({ farmId: farm.id })
    } catch (thrown) {
      await farms.remove({ farmId: farm.id })
      throw thrown
    }
    return farmStore.get(farm.id)
  }

  async #addTo(farmId: string, role: NonNullable<FarmInput['roles']>[number]): Promise<Farm> {
    const { farms, farmStore } = this.#options
    const { id: _id, createdAt: _made, updatedAt: _changed, state: _state, ...design } = farmStore.get(farmId)
    return farms.update({ farmId, farm: { ...design, roles: [...design.roles, role] } })
  }
}

function notThere(): AppError {
  return new AppError('input.invalid', { message: 'A new farm needs a new farm role for what is imported.' })
}
