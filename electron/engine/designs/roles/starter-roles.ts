import { readFile } from 'node:fs/promises'
import type { Cloud } from '../../../../shared/model/clouds.ts'
import type { Image, ImageInput } from '../../../../shared/model/images.ts'
import type { Role } from '../../../../shared/model/roles.ts'
import { StarterRoleCatalog } from '../../../../shared/model/starter-roles.ts'
import { parseDocument } from '../../../../shared/logic/documents/parse-document.ts'
import { type StarterRole, startersFor } from '../../../../shared/logic/roles/starter-roles.ts'
import type { DesignStore } from '../documents/index.ts'
import type { ImageDesigns } from '../images/index.ts'
import type { RoleDesigns } from './role-designs.ts'

interface StarterRolesOptions {
  images: ImageDesigns
  roles: RoleDesigns
  imageStore: DesignStore<Image>
  roleStore: DesignStore<Role>
  /** The shipped `starter-roles.json`. */
  file: string
}

/** Adds the roles and images that Farmhand ships to a workspace. */
export class StarterRoles {
  readonly #options: StarterRolesOptions

  constructor(options: StarterRolesOptions) {
    this.#options = options
  }

  /**
   * Adds what a cloud lacks, and answers how many roles and images are new. What is there stays as it is: a role of that name
   * gets images only where it has none, and one of another operating system is left alone.
   */
  async add(cloud: Pick<Cloud, 'id' | 'name' | 'kind' | 'locations'>): Promise<{ added: number }> {
    const document: unknown = JSON.parse(await readFile(this.#options.file, 'utf8'))
    const catalog = parseDocument(StarterRoleCatalog, document, 'The shipped starter roles have a fault')
    let added = 0
    for (const starter of startersFor(catalog, cloud)) added += await this.#add(starter)
    return { added }
  }

  async #add({ role, images }: StarterRole): Promise<number> {
    const { roles, imageStore, roleStore } = this.#options
    const present = roleStore.findByName(role.name)
    if (present && present.osFamily !== role.osFamily) return 0
    const imageIds = [...(present?.imageIds ?? [])]
    const taken = new Set(imageIds.flatMap((id) => imageStore.find(id) ?? []).map(place))
    let added = 0
    for (const input of images.filter((image) => !taken.has(place(image)))) {
      const known = imageStore.list().find((image) => isSame(image, input))
      if (!known) added += 1
      imageIds.push((known ?? (await this.#create(input))).id)
    }
    if (!present) {
      await roles.create({ ...role, imageIds })
      return added + 1
    }
    if (imageIds.length > present.imageIds.length) {
      const { id, createdAt: _made, updatedAt: _changed, ...design } = present
      await roles.update({ roleId: id, role: { ...design, imageIds } })
    }
    return added
  }

  /** Registers an image, under another name when its own is taken. */
  async #create(input: ImageInput): Promise<Image> {
    let name = input.name
    for (let number = 2; this.#options.imageStore.findByName(name); number += 1) {
      const ending = ` (${number})`
      name = input.name.slice(0, 100 - ending.length) + ending
    }
    return this.#options.images.create({ ...input, name })
  }
}

function place({ cloudId, location }: Pick<ImageInput, 'cloudId' | 'location'>): string {
  return `${cloudId}/${location}`
}

function isSame(image: Image, input: ImageInput): boolean {
  return (
    place(image) === place(input) &&
    image.architecture === input.architecture &&
    image.source.kind === 'newest' &&
    input.source.kind === 'newest' &&
    image.source.owner === input.source.owner &&
    image.source.namePattern === input.source.namePattern
  )
}
