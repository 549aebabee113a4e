import type { DiscoveredInstance } from '../../../../shared/model/discovery.ts'
import type { RoleId } from '../../../../shared/model/ids.ts'
import type { Image, Os } from '../../../../shared/model/images.ts'
import type { Role } from '../../../../shared/model/roles.ts'
import type { Clouds } from '../../clouds/index.ts'
import type { DesignStore } from '../../designs/documents/index.ts'
import type { ImageDesigns } from '../../designs/images/index.ts'
import type { RoleDesigns } from '../../designs/roles/index.ts'

interface SystemRolesOptions {
  images: ImageDesigns
  imageStore: DesignStore<Image>
  roles: RoleDesigns
  roleStore: DesignStore<Role>
  clouds: Clouds
  newId: () => string
}

/** Finds or makes the roles that imported servers belong to. */
export class SystemRoles {
  readonly #options: SystemRolesOptions

  constructor(options: SystemRolesOptions) {
    this.#options = options
  }

  /** The role of an operating system that imported servers belong to; it stands for what they are and launches nothing. */
  async of(os: Os, place: { cloudId: string; location: string }, like: DiscoveredInstance): Promise<RoleId> {
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
    const { images, imageStore, clouds } = this.#options
    const system = [os.family, os.version].filter((word) => word !== '').join(' ')
    const base = `imported ${system} ${clouds.get(like.cloudId).name} ${like.location}`.slice(0, 90)
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
