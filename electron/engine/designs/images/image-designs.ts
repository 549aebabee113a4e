import type { z } from 'zod'
import type { DeprecationInput } from '../../../../shared/model/deprecation.ts'
import { AppError } from '../../../../shared/model/errors.ts'
import { ImageId } from '../../../../shared/model/ids.ts'
import { type Image, ImageDocument, type ImageInput } from '../../../../shared/model/images.ts'
import type { Role } from '../../../../shared/model/roles.ts'
import { checkRootDisk } from '../../../../shared/logic/validation/storage.ts'
import { parseDocument } from '../../../../shared/logic/documents/parse-document.ts'
import type { Clock } from '../../ports.ts'
import { deprecationDocument, deprecationOf } from '../documents/index.ts'
import type { DesignStore } from '../documents/index.ts'

interface ImageDesignsOptions {
  store: DesignStore<Image>
  clock: Clock
  newId: () => string
  clouds: { list(): readonly { id: string; name: string; locations: readonly string[] }[] }
  roles: { list(): readonly Role[] }
}

/** The registered images. */
export class ImageDesigns {
  readonly #options: ImageDesignsOptions

  constructor(options: ImageDesignsOptions) {
    this.#options = options
  }

  async list(): Promise<Image[]> {
    return this.#options.store.list()
  }

  async create(input: ImageInput): Promise<Image> {
    return this.createAs(this.#options.newId(), input)
  }

  /** Under an id chosen before, so that asking again after a crash registers nothing twice. */
  async createAs(id: string, input: ImageInput): Promise<Image> {
    const there = this.#options.store.find(id)
    if (there) return there
    const now = this.#now()
    const image = this.#checked(input, {
      id: ImageId.parse(id),
      deprecated: null,
      createdAt: now,
      updatedAt: now,
    })
    await this.#options.store.put(image)
    return image
  }

  async update({ imageId, image }: { imageId: string; image: ImageInput }): Promise<Image> {
    const before = this.#options.store.get(imageId)
    const next = this.#checked(image, { ...kept(before), updatedAt: this.#now() })
    await this.#options.store.put(next)
    return next
  }

  /** From then on it is not to be chosen anew. */
  async deprecate(input: { imageId: string } & z.input<typeof DeprecationInput>): Promise<Image> {
    const image = this.#options.store.get(input.imageId)
    const replacement = input.replacementId == null ? null : this.#options.store.get(input.replacementId)
    if (replacement?.id === image.id) {
      throw invalid('replacementId', 'An image cannot replace itself. Choose another.')
    }
    const deprecated = { from: input.from ?? this.#now(), replacementId: replacement?.id ?? null }
    return this.#put({ ...image, deprecated, updatedAt: this.#now() })
  }

  async undeprecate({ imageId }: { imageId: string }): Promise<Image> {
    return this.#put({ ...this.#options.store.get(imageId), deprecated: null, updatedAt: this.#now() })
  }

  /** Throws `image.in_use` naming the roles that use it. */
  async remove({ imageId }: { imageId: string }): Promise<void> {
    const image = this.#options.store.get(imageId)
    const users = this.#options.roles.list().filter((role) => role.imageIds.includes(image.id))
    if (users.length > 0) {
      const names = users.map((role) => `“${role.name}”`).join(', ')
      throw new AppError('image.in_use', {
        message: `“${image.name}” is used by ${users.length === 1 ? 'role' : 'roles'} ${names}. Take it out there first.`,
      })
    }
    await this.#options.store.remove(imageId)
  }

  async import({ document }: { document?: unknown }): Promise<Image> {
    const {
      schema: _,
      cloud: cloudName,
      deprecated,
      ...rest
    } = parseDocument(ImageDocument, document, 'This is no image that Farmhand can import')
    const cloud = this.#options.clouds.list().find(({ id, name }) => id === cloudName || name === cloudName)
    if (!cloud)
      throw invalid('cloud', `There is no cloud “${cloudName}”. Connect it first, or correct the name.`)
    const now = this.#now()
    const own = { id: ImageId.parse(this.#options.newId()), createdAt: now, updatedAt: now }
    return this.#put(
      this.#checked(
        { ...rest, cloudId: cloud.id },
        { ...own, deprecated: deprecationOf(deprecated, this.#options.store, 'image') },
      ),
    )
  }

  async export({ imageId }: { imageId: string }): Promise<ImageDocument> {
    const {
      id: _id,
      deprecated,
      createdAt: _made,
      updatedAt: _changed,
      cloudId,
      ...rest
    } = this.#options.store.get(imageId)
    const cloud = this.#options.clouds.list().find(({ id }) => id === cloudId)
    return {
      schema: 'farmhand.image/v1',
      ...rest,
      cloud: cloud?.name ?? cloudId,
      deprecated: deprecationDocument(deprecated, this.#options.store),
    }
  }

  async #put(image: Image): Promise<Image> {
    await this.#options.store.put(image)
    return image
  }

  #checked(input: ImageInput, own: Pick<Image, OwnField>): Image {
    const image = this.#options.store.parse({ ...input, ...own })
    const taken = this.#options.store.findByName(image.name)
    if (taken && taken.id !== image.id) {
      throw invalid(
        'image.name',
        `There is an image named “${image.name}” already; choose another name.`,
        'input.conflict',
      )
    }
    const cloud = this.#options.clouds.list().find(({ id }) => id === image.cloudId)
    if (!cloud) throw invalid('image.cloudId', 'This cloud does not exist (any more). Choose another.')
    if (!cloud.locations.includes(image.location)) {
      throw invalid(
        'image.location',
        `“${cloud.name}” does not use ${image.location}; it uses ${cloud.locations.join(', ')}.`,
      )
    }
    checkRootDisk(image.rootDisk, (path, message) => {
      throw invalid(['image', 'rootDisk', ...path].join('.'), message)
    })
    return image
  }

  #now(): string {
    return new Date(this.#options.clock.now()).toISOString()
  }
}

function invalid(
  path: string,
  message: string,
  code: 'input.invalid' | 'input.conflict' = 'input.invalid',
): AppError {
  return new AppError(code, { message, details: { faults: [{ path, message }] } })
}

/** What no form sets. */
type OwnField = 'id' | 'deprecated' | 'createdAt' | 'updatedAt'

function kept({ id, deprecated, createdAt }: Image): Omit<Pick<Image, OwnField>, 'updatedAt'> {
  return { id, deprecated, createdAt }
}
