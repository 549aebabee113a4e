import { AppError } from '../../../../shared/model/errors.ts'
import { ImageId, RoleId } from '../../../../shared/model/ids.ts'
import type { Image } from '../../../../shared/model/images.ts'
import type { JobRef } from '../../../../shared/model/jobs.ts'
import type { Role } from '../../../../shared/model/roles.ts'
import type { ImageCopyTask } from '../../../../shared/model/tasks.ts'
import { TAGS } from '../../../../shared/logic/servers/launch-batches.ts'
import type { Clock } from '../../ports.ts'
import type { DesignStore } from '../../designs/documents/index.ts'
import type { Images } from '../../designs/images/index.ts'
import type { ImageFinder } from '../servers/index.ts'
import { ended, type TaskRunner, type Tasks, type TaskStep, withLog } from '../../records/tasks/index.ts'
import { discard, type ImageClouds, LOOK_MS, lookAtImage } from './image-cloud.ts'

interface ImageCopiesOptions {
  clouds: ImageClouds & { get(cloudId: string): { name: string; locations: readonly string[] } }
  images: Images
  imageStore: DesignStore<Image>
  roleStore: DesignStore<Role>
  finder: ImageFinder
  tasks: Tasks
  clock: Clock
  newId: () => string
  newToken: () => string
  workspaceId: string
}

type Copy = ImageCopyTask['copies'][number]

/** Copies images to other locations of their cloud; each copy is registered once it is available. */
export class ImageCopies implements TaskRunner<ImageCopyTask> {
  readonly #options: ImageCopiesOptions

  constructor(options: ImageCopiesOptions) {
    this.#options = options
  }

  /** `intoRoles`: every role of the image gets the copies too, where it has no image yet. */
  async begin(input: { imageId: string; locations: readonly string[]; intoRoles: boolean }): Promise<JobRef> {
    const { imageStore, roleStore, clouds, finder, tasks, newId, newToken } = this.#options
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
        copies: wanted.map((location): Copy => ({
          location,
          token: newToken(),
          name: this.#nameOf(image, location),
          cloudImageId: null,
          newImageId: ImageId.parse(newId()),
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

  async step(task: ImageCopyTask): Promise<TaskStep<ImageCopyTask>> {
    const { clock } = this.#options
    if (task.cancelAsked) {
      await this.tidy(task)
      return { task: ended(task, 'cancelled', clock, 'Unfinished copies were taken away again') }
    }
    const waiting = task.copies.find(({ state }) => state === 'waiting')
    if (waiting) return { task: await this.#ask(task, waiting) }
    let next = task
    let percents = 0
    for (const copy of task.copies) {
      if (copy.state === 'copying') {
        const seen = await this.#look(next, copy)
        next = seen.task
        percents += seen.percent
      } else percents += 100
    }
    const left = next.copies.filter(({ state }) => state === 'copying')
    if (left.length === 0) return { task: this.#end(next) }
    const step = `Copying to ${left.map(({ location }) => location).join(', ')}`
    if (next === task && task.done === percents) return { task, waitMs: LOOK_MS }
    return { task: { ...next, done: percents, step }, waitMs: LOOK_MS }
  }

  /** Unfinished copies cost money: they go. */
  async tidy(task: ImageCopyTask): Promise<void> {
    for (const { state, location, cloudImageId } of task.copies) {
      if (state !== 'copying' || cloudImageId === null) continue
      await discard(this.#options.clouds, task.cloudId, location, cloudImageId)
    }
  }

  async #ask(task: ImageCopyTask, copy: Copy): Promise<ImageCopyTask> {
    const { clouds, clock, workspaceId, imageStore } = this.#options
    const description = imageStore.find(task.imageId)?.description ?? ''
    const { cloudImageId } = await clouds.watch(task.cloudId, copy.location, ({ images }) =>
      images.copy(copy.location, {
        clientToken: copy.token,
        sourceLocation: task.from,
        cloudImageId: task.sourceCloudImageId,
        name: cloudName(copy),
        description,
        tags: { Name: copy.name, [TAGS.workspace]: workspaceId, [TAGS.image]: copy.token },
      }),
    )
    const next = change(task, copy, { state: 'copying', cloudImageId })
    return withLog(next, clock, `${copy.location} copies it as ${cloudImageId}`)
  }

  async #look(task: ImageCopyTask, copy: Copy): Promise<{ task: ImageCopyTask; percent: number }> {
    const { clouds, clock } = this.#options
    const { location, cloudImageId } = copy
    const { image, percent } = await clouds.watch(task.cloudId, location, (provider) =>
      lookAtImage(provider, location, cloudImageId ?? ''),
    )
    if (image?.state === 'available') {
      await this.#register(task, copy, image.rootDeviceName)
      const next = change(task, copy, { state: 'done' })
      return { task: withLog(next, clock, `“${copy.name}” is there`), percent: 100 }
    }
    if (image?.state === 'failed' || image?.state === 'gone') {
      const error = image.stateReason ?? 'the cloud gives no reason'
      await discard(clouds, task.cloudId, location, image.cloudImageId)
      const next = change(task, copy, { state: 'failed', error })
      return { task: withLog(next, clock, `${location}: the copy failed: ${error}`), percent: 100 }
    }
    return { task, percent: percent ?? 0 }
  }

  async #register(task: ImageCopyTask, copy: Copy, rootDeviceName: string | null): Promise<void> {
    const { images, imageStore, roleStore, clock } = this.#options
    const source = imageStore.get(task.imageId)
    const { id: _id, deprecated: _deprecated, createdAt: _made, updatedAt: _changed, ...input } = source
    const made = await images.createAs(copy.newImageId, {
      ...input,
      name: copy.name,
      location: copy.location,
      source: { kind: 'id', cloudImageId: copy.cloudImageId ?? '' },
      rootDeviceName: rootDeviceName ?? source.rootDeviceName,
    })
    for (const roleId of task.roleIds) {
      const role = roleStore.find(roleId)
      const hasOne = role?.imageIds.some((id) => {
        const image = imageStore.find(id)
        return image?.cloudId === made.cloudId && image.location === made.location
      })
      if (!role || hasOne === true) continue
      const updatedAt = new Date(clock.now()).toISOString()
      await roleStore.put({ ...role, imageIds: [...role.imageIds, made.id], updatedAt })
    }
  }

  #end(task: ImageCopyTask): ImageCopyTask {
    const failed = task.copies.filter(({ state }) => state === 'failed')
    const [first] = failed
    if (first) {
      const places = failed.map(({ location }) => location).join(', ')
      throw new AppError('image.failed', {
        message: `The copy to ${places} failed: ${first.error ?? 'no reason is known'}. The others are there.`,
      })
    }
    return { ...ended(task, 'done', this.#options.clock, 'All copies are there'), done: task.total }
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

function change(task: ImageCopyTask, copy: Copy, how: Partial<Copy>): ImageCopyTask {
  return {
    ...task,
    copies: task.copies.map((one) => (one.location === copy.location ? { ...one, ...how } : one)),
  }
}

/** EC2 takes letters, digits and `()[]./-'@_` only; the token keeps it unique. */
function cloudName({ name, token }: Copy): string {
  const plain = name.replace(/[^A-Za-z0-9 ()[\]./\-'@_]/g, '-').slice(0, 100)
  return `${plain}-${token.slice(0, 8)}`
}

function invalid(message: string): AppError {
  return new AppError('input.invalid', { message, details: { faults: [{ path: 'locations', message }] } })
}
