import { AppError } from '../../../../shared/model/errors.ts'
import type { Image } from '../../../../shared/model/images.ts'
import type { Role } from '../../../../shared/model/roles.ts'
import type { ImageCopyTask } from '../../../../shared/model/tasks.ts'
import { TAGS } from '../../../../shared/model/tags.ts'
import type { CloudCalls } from '../../clouds/index.ts'
import type { Clock } from '../../ports.ts'
import type { DesignStore } from '../../designs/documents/index.ts'
import type { ImageDesigns } from '../../designs/images/index.ts'
import { ended, type TaskRunner, type TaskStep, withLog } from '../../records/tasks/index.ts'
import { discard, LOOK_MS, lookAtImage } from './image-cloud.ts'

interface ImageCopiesOptions {
  clouds: CloudCalls
  images: ImageDesigns
  imageStore: DesignStore<Image>
  roleStore: DesignStore<Role>
  clock: Clock
  workspaceId: string
}

type Copy = ImageCopyTask['copies'][number]

/** Carries out copies of images to other locations of their cloud; each is registered once it is available. */
export class ImageCopies implements TaskRunner<ImageCopyTask> {
  readonly #options: ImageCopiesOptions

  constructor(options: ImageCopiesOptions) {
    this.#options = options
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
