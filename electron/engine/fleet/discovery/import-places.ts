import { AppError } from '../../../../shared/model/errors.ts'
import type { DiscoveredInstance, ImportInput } from '../../../../shared/model/discovery.ts'
import { defaultRoleGroups, MAX_SERVERS } from '../../../../shared/model/farm-roles.ts'
import type { Farm, FarmInput } from '../../../../shared/model/farms.ts'
import { FarmRoleId, type RoleId } from '../../../../shared/model/ids.ts'
import type { Image, Os } from '../../../../shared/model/images.ts'
import type { Role } from '../../../../shared/model/roles.ts'
import type { createFarms } from '../farms/index.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { DesignStore } from '../../designs/documents/index.ts'
import type { Images } from '../../designs/images/index.ts'
import type { Roles } from '../../designs/roles/index.ts'

interface ImportPlacesOptions {
  farms: Pick<ReturnType<typeof createFarms>, 'create' | 'launch' | 'remove' | 'update'>
  farmStore: FarmStore
  images: Images
  imageStore: DesignStore<Image>
  roles: Roles
  roleStore: DesignStore<Role>
  cloudName: (cloudId: string) => string
  newId: () => string
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
      roleId: await this.#systemRole(os, input, first),
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

  /** The role of an operating system that imported servers belong to; it stands for what they are and launches nothing. */
  async #systemRole(
    os: Os,
    place: { cloudId: string; location: string },
    like: DiscoveredInstance,
  ): Promise<RoleId> {
    const { roles, roleStore, imageStore, newId } = this.#options
    const system = [os.family, os.version].filter((word) => word !== '').join('-')
    const name = `imported-${system}`
    const known = roleStore.findByName(name)
    const here = known?.imageIds.some((id) => {
      const image = imageStore.find(id)
      return image?.cloudId === place.cloudId && image.location === place.location
    })
    if (known && here === true) return known.id
    const image = await this.#systemImage(os, like)
    if (known) {
      const changed = { ...known, imageIds: [...known.imageIds, image.id], updatedAt: image.updatedAt }
      await roleStore.put(changed)
      return changed.id
    }
    const made = await roles.createAs(
      { id: newId(), isSystem: true },
      {
        name,
        description: 'Servers imported from a cloud. It launches none.',
        osFamily: os.family,
        imageIds: [image.id],
      },
    )
    return made.id
  }

  async #systemImage(os: Os, like: DiscoveredInstance): Promise<Image> {
    const { images, imageStore, cloudName } = this.#options
    const system = [os.family, os.version].filter((word) => word !== '').join(' ')
    const base = `imported ${system} ${cloudName(like.cloudId)} ${like.location}`.slice(0, 90)
    const known = imageStore.findByName(base)
    if (known) return known
    return images.create({
      name: base,
      cloudId: like.cloudId,
      location: like.location,
      source: { kind: 'id', cloudImageId: like.imageId },
      os,
      architecture: like.architecture,
      ssh: { user: like.sshUser, port: like.sshPort },
      description: 'What imported servers were made of. Nothing is launched from it.',
    })
  }
}

function notThere(): AppError {
  return new AppError('input.invalid', { message: 'A new farm needs a new farm role for what is imported.' })
}
