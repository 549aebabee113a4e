import { AppError } from '../../../../shared/model/errors.ts'
import { ImageId, RoleId } from '../../../../shared/model/ids.ts'
import type { Image } from '../../../../shared/model/images.ts'
import type { JobRef } from '../../../../shared/model/jobs.ts'
import type { Role } from '../../../../shared/model/roles.ts'
import type { ImageCopyTask } from '../../../../shared/model/tasks.ts'
import type { Clouds } from '../../clouds/index.ts'
import type { DesignStore } from '../../designs/documents/index.ts'
import type { Ids } from '../../records/ids/index.ts'
import type { Tasks } from '../../records/tasks/index.ts'
import type { ImageFinder } from '../servers/index.ts'

interface ImageCopyRequestsOptions {
  clouds: Clouds
  imageStore: DesignStore<Image>
  roleStore: DesignStore<Role>
  finder: ImageFinder
  tasks: Tasks
  ids: Ids
}

/** Takes requests for copies of images: refuses what cannot be, begins the rest. */
export class ImageCopyRequests {
  readonly #options: ImageCopyRequestsOptions

  constructor(options: ImageCopyRequestsOptions) {
    this.#options = options
  }

  /** `intoRoles`: every role of the image gets the copies too, where it has no image yet. */
  async begin(input: { imageId: string; locations: readonly string[]; intoRoles: boolean }): Promise<JobRef> {
    const { imageStore, roleStore, clouds, finder, tasks, ids } = this.#options
    const image = imageStore.get(input.imageId)
    const cloud = clouds.get(image.cloudId)
    const wanted = [...new Set(input.locations)]
    const unknown = wanted.find((location) => !cloud.locations.includes(location))
    if (unknown !== undefined) {
      throw invalid(`“${cloud.name}” does not use ${unknown}; it uses ${cloud.locations.join(', ')}.`)
    }
    if (wanted.includes(image.location)) throw invalid(`“${image.name}” is in ${image.location} already.`)
    if (tasks.running('image-copy').some((task) => task.imageId === image.id)) {
      throw new AppError('image.busy', {
        message: `“${image.name}” is being copied already. Wait for it, or cancel it.`,
      })
    }
    const sourceCloudImageId = await clouds.watch(image.cloudId, image.location, (provider) =>
      finder.cloudImageId(image, provider),
    )
    const users = roleStore.list().filter((role) => role.imageIds.some((id) => id === image.id))
    return tasks.begin<ImageCopyTask>(
      {
        kind: 'image-copy',
        imageId: image.id,
        cloudId: image.cloudId,
        from: image.location,
        sourceCloudImageId,
        roleIds: input.intoRoles ? users.map(({ id }) => RoleId.parse(id)) : [],
        step: `Copying to ${wanted.join(', ')}`,
        done: 0,
        total: wanted.length * 100,
        copies: wanted.map((location): ImageCopyTask['copies'][number] => ({
          location,
          token: ids.newToken(),
          name: this.#nameOf(image, location),
          cloudImageId: null,
          newImageId: ImageId.parse(ids.newId()),
          state: 'waiting',
          error: null,
        })),
      },
      {
        target: { kind: 'image', id: image.id },
        title: `Copy image “${image.name}” to ${wanted.join(', ')}`,
      },
    )
  }

  #nameOf(image: Image, location: string): string {
    const base = image.name.includes(image.location)
      ? image.name.replaceAll(image.location, location)
      : `${image.name} ${location}`
    for (let count = 1; ; count += 1) {
      const name = count === 1 ? base : `${base} (${count})`
      if (!this.#options.imageStore.findByName(name)) return name
    }
  }
}

function invalid(message: string): AppError {
  return new AppError('input.invalid', { message, details: { faults: [{ path: 'locations', message }] } })
}
