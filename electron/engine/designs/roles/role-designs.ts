import type { z } from 'zod'
import type { DeprecationInput } from '../../../../shared/model/deprecation.ts'
import { AppError } from '../../../../shared/model/errors.ts'
import type { FarmDesign } from '../../../../shared/model/farms.ts'
import { RoleId } from '../../../../shared/model/ids.ts'
import type { Image } from '../../../../shared/model/images.ts'
import { type Role, RoleDocument, type RoleInput } from '../../../../shared/model/roles.ts'
import { parseDocument } from '../../../../shared/logic/documents/parse-document.ts'
import type { Clock } from '../../ports.ts'
import { deprecationDocument, deprecationOf } from '../documents/index.ts'
import type { DesignStore } from '../documents/index.ts'

interface RoleDesignsOptions {
  store: DesignStore<Role>
  images: DesignStore<Image>
  clock: Clock
  newId: () => string
  farms: { list(): readonly FarmDesign[] }
}

/** The roles as they are designed: reusable server definitions. */
export class RoleDesigns {
  readonly #options: RoleDesignsOptions

  constructor(options: RoleDesignsOptions) {
    this.#options = options
  }

  all(): readonly Role[] {
    return this.#options.store.list()
  }

  async list(): Promise<Role[]> {
    return this.#options.store.list()
  }

  /** The name of a role, also of one that is gone. */
  nameOf(roleId: string): string {
    return this.#options.store.find(roleId)?.name ?? roleId
  }

  /** Whether a role is for imported servers only. */
  launchesNone(roleId: string): boolean {
    return this.#options.store.find(roleId)?.isSystem === true
  }

  /** The image that a role starts from in a location of a cloud. */
  imageOf(roleId: string, cloudId: string, location: string): Image | undefined {
    for (const imageId of this.#options.store.find(roleId)?.imageIds ?? []) {
      const image = this.#options.images.find(imageId)
      if (image?.cloudId === cloudId && image.location === location) return image
    }
    return undefined
  }

  async create(input: RoleInput): Promise<Role> {
    return this.createAs({ id: this.#options.newId(), isSystem: false }, input)
  }

  /** Under an id chosen before, so that asking again after a crash makes nothing twice; or as a system role. */
  async createAs(own: { id: string; isSystem: boolean }, input: RoleInput): Promise<Role> {
    const there = this.#options.store.find(own.id)
    if (there) return there
    const now = this.#now()
    const role = this.#checked(input, {
      id: RoleId.parse(own.id),
      isSystem: own.isSystem,
      deprecated: null,
      createdAt: now,
      updatedAt: now,
    })
    await this.#options.store.put(role)
    return role
  }

  async update({ roleId, role }: { roleId: string; role: RoleInput }): Promise<Role> {
    const before = this.#options.store.get(roleId)
    const next = this.#checked(role, { ...kept(before), updatedAt: this.#now() })
    await this.#options.store.put(next)
    return next
  }

  /** A copy under another name; a system role's copy may launch servers. */
  async clone({ roleId, name }: { roleId: string; name: string }): Promise<Role> {
    const {
      id: _id,
      isSystem: _,
      deprecated: _deprecated,
      createdAt: _made,
      updatedAt: _changed,
      ...rest
    } = this.#options.store.get(roleId)
    return this.create({ ...rest, name })
  }

  /** From then on farms may not use it anew; those that do keep it. */
  async deprecate(input: { roleId: string } & z.input<typeof DeprecationInput>): Promise<Role> {
    const role = this.#options.store.get(input.roleId)
    const replacement = input.replacementId == null ? null : this.#options.store.get(input.replacementId)
    if (replacement?.id === role.id)
      throw fault('replacementId', 'A role cannot replace itself. Choose another.')
    if (replacement && replacement.osFamily !== role.osFamily) {
      throw fault(
        'replacementId',
        `“${replacement.name}” is for ${replacement.osFamily}, “${role.name}” for ${role.osFamily}.`,
      )
    }
    const deprecated = { from: input.from ?? this.#now(), replacementId: replacement?.id ?? null }
    return this.#put({ ...role, deprecated, updatedAt: this.#now() })
  }

  async undeprecate({ roleId }: { roleId: string }): Promise<Role> {
    return this.#put({ ...this.#options.store.get(roleId), deprecated: null, updatedAt: this.#now() })
  }

  /** Throws `role.in_use` naming the farms that use it. */
  async remove({ roleId }: { roleId: string }): Promise<void> {
    const role = this.#options.store.get(roleId)
    const users = this.#options.farms.list().filter((farm) => farm.roles.some((use) => use.roleId === roleId))
    if (users.length > 0) {
      const names = users.map((farm) => `“${farm.name}”`).join(', ')
      throw new AppError('role.in_use', {
        message: `“${role.name}” is used by ${users.length === 1 ? 'farm' : 'farms'} ${names}. Take it out there first.`,
      })
    }
    await this.#options.store.remove(roleId)
  }

  /** Takes a cloud's images out of the roles and away. */
  async forgetImagesOf(cloudId: string): Promise<void> {
    const { store, images } = this.#options
    const own = images.list().filter((image) => image.cloudId === cloudId)
    const ids = new Set<string>(own.map((image) => image.id))
    for (const role of store.list()) {
      if (!role.imageIds.some((id) => ids.has(id))) continue
      await store.put({
        ...role,
        imageIds: role.imageIds.filter((id) => !ids.has(id)),
        updatedAt: this.#now(),
      })
    }
    for (const image of own) await images.remove(image.id)
  }

  async import({ document }: { document?: unknown }): Promise<Role> {
    const {
      schema: _,
      images,
      isSystem,
      deprecated,
      ...rest
    } = parseDocument(RoleDocument, document, 'This is no role that Farmhand can import')
    const imageIds = images.map((wanted, position) => {
      const image = this.#options.images.find(wanted) ?? this.#options.images.findByName(wanted)
      if (image) return image.id
      throw fault(`images[${position}]`, `There is no image “${wanted}”. Import or register it first.`)
    })
    const now = this.#now()
    const own = { id: RoleId.parse(this.#options.newId()), isSystem, createdAt: now, updatedAt: now }
    return this.#put(
      this.#checked(
        { ...rest, imageIds },
        { ...own, deprecated: deprecationOf(deprecated, this.#options.store, 'role') },
      ),
    )
  }

  async export({ roleId }: { roleId: string }): Promise<RoleDocument> {
    const {
      id: _id,
      deprecated,
      createdAt: _made,
      updatedAt: _changed,
      imageIds,
      ...rest
    } = this.#options.store.get(roleId)
    return {
      schema: 'farmhand.role/v1',
      ...rest,
      deprecated: deprecationDocument(deprecated, this.#options.store),
      images: imageIds.map((id) => this.#options.images.find(id)?.name ?? id),
    }
  }

  async #put(role: Role): Promise<Role> {
    await this.#options.store.put(role)
    return role
  }

  #checked(input: RoleInput, own: Pick<Role, OwnField>): Role {
    const role = this.#options.store.parse({ ...input, ...own })
    const taken = this.#options.store.findByName(role.name)
    if (taken && taken.id !== role.id) {
      throw fault(
        'role.name',
        `There is a role named “${role.name}” already; choose another name.`,
        'input.conflict',
      )
    }
    const places = new Map<string, Image>()
    for (const [position, imageId] of role.imageIds.entries()) {
      const path = `role.imageIds[${position}]`
      const image = this.#options.images.find(imageId)
      if (!image) throw fault(path, `There is no image ${imageId} (any more). Choose another.`)
      if (image.os.family !== role.osFamily) {
        throw fault(path, `“${image.name}” is ${image.os.family}, but the role is for ${role.osFamily}.`)
      }
      const place = `${image.cloudId}/${image.location}`
      const other = places.get(place)
      if (other) {
        throw fault(
          path,
          `“${image.name}” and “${other.name}” are both for ${image.location}; a role has one image a location.`,
        )
      }
      places.set(place, image)
    }
    return role
  }

  #now(): string {
    return new Date(this.#options.clock.now()).toISOString()
  }
}

function fault(
  path: string,
  message: string,
  code: 'input.invalid' | 'input.conflict' = 'input.invalid',
): AppError {
  return new AppError(code, { message, details: { faults: [{ path, message }] } })
}

/** What no form sets. */
type OwnField = 'id' | 'isSystem' | 'deprecated' | 'createdAt' | 'updatedAt'

function kept({ id, isSystem, deprecated, createdAt }: Role): Omit<Pick<Role, OwnField>, 'updatedAt'> {
  return { id, isSystem, deprecated, createdAt }
}
