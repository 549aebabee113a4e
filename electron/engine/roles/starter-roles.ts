import { readFile } from 'node:fs/promises'
import type { Cloud } from '../../../shared/model/clouds.ts'
import type { Image } from '../../../shared/model/images.ts'
import type { Role } from '../../../shared/model/roles.ts'
import { StarterRoleCatalog } from '../../../shared/model/starter-roles.ts'
import { startersFor } from '../../../shared/logic/starter-roles.ts'
import type { DesignStore } from './design-store.ts'
import type { Images } from './images.ts'
import type { Roles } from './roles.ts'

interface StarterRolesOptions {
  images: Images
  roles: Roles
  imageStore: DesignStore<Image>
  roleStore: DesignStore<Role>
  /** The shipped `starter-roles.json`. */
  file: string
}

/** Adds the shipped roles for a cloud. What is there already, by name, is kept as it is. */
export class StarterRoles {
  readonly #options: StarterRolesOptions

  constructor(options: StarterRolesOptions) {
    this.#options = options
  }

  /** Answers how many roles and images are new. */
  async add(cloud: Cloud): Promise<{ added: number }> {
    const { images, roles, imageStore, roleStore, file } = this.#options
    const catalog = StarterRoleCatalog.parse(JSON.parse(await readFile(file, 'utf8')))
    let added = 0
    for (const starter of startersFor(catalog, cloud)) {
      const imageIds: Image['id'][] = []
      for (const input of starter.images) {
        const known = imageStore.findByName(input.name)
        if (!known) added += 1
        imageIds.push((known ?? (await images.create(input))).id)
      }
      const role = roleStore.findByName(starter.role.name)
      if (!role) {
        await roles.create({ ...starter.role, imageIds })
        added += 1
        continue
      }
      const { id, createdAt: _made, updatedAt: _changed, ...design } = role
      const missing = imageIds.filter((imageId) => !role.imageIds.includes(imageId))
      if (missing.length === 0) continue
      await roles.update({ roleId: id, role: { ...design, imageIds: [...role.imageIds, ...missing] } })
    }
    return { added }
  }
}
