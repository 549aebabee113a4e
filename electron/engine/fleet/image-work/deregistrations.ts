import { AppError } from '../../../../shared/model/errors.ts'
import type { Image } from '../../../../shared/model/images.ts'
import type { JobRef } from '../../../../shared/model/jobs.ts'
import type { DeregisterTask } from '../../../../shared/model/tasks.ts'
import type { CloudCalls } from '../../clouds/index.ts'
import type { DesignStore } from '../../designs/documents/index.ts'
import type { Clock } from '../../ports.ts'
import type { Events } from '../../records/events/index.ts'
import { ended, type TaskRunner, type Tasks, type TaskStep, withLog } from '../../records/tasks/index.ts'
import type { DeregisterPlans } from './deregister-plans.ts'
import { deleteSnapshots } from './image-cloud.ts'

interface DeregistrationsOptions {
  plans: DeregisterPlans
  imageStore: DesignStore<Image>
  clouds: CloudCalls
  tasks: Tasks
  events: Events
  clock: Clock
}

/** Takes images with their snapshots out of the cloud, after a look at who uses them. */
export class Deregistrations implements TaskRunner<DeregisterTask> {
  readonly #options: DeregistrationsOptions

  constructor(options: DeregistrationsOptions) {
    this.#options = options
  }

  /** Throws `image.in_use` with everything that stands in the way. */
  async begin({ imageId }: { imageId: string }): Promise<JobRef> {
    const image = this.#options.imageStore.get(imageId)
    const plan = await this.#options.plans.plan({ imageId })
    if (plan.blockers.length > 0) {
      throw new AppError('image.in_use', {
        message: `“${image.name}” cannot be taken out of the cloud: ${plan.blockers.join(' ')}`,
      })
    }
    return this.#options.tasks.begin<DeregisterTask>(
      {
        kind: 'image-deregister',
        phase: 'deregistering',
        imageId: image.id,
        cloudId: image.cloudId,
        location: image.location,
        cloudImageId: plan.cloudImageId,
        snapshotIds: plan.snapshotIds,
        step: `Deregistering ${plan.cloudImageId}`,
        done: 0,
        total: 3,
      },
      { target: { kind: 'image', id: image.id }, title: `Deregister image “${image.name}”` },
    )
  }

  async step(task: DeregisterTask): Promise<TaskStep<DeregisterTask>> {
    const { clouds, clock, imageStore, events } = this.#options
    const { cloudId, location, cloudImageId, snapshotIds } = task
    switch (task.phase) {
      case 'deregistering': {
        if (task.cancelAsked) return { task: ended(task, 'cancelled', clock, 'Nothing was removed') }
        await clouds.watch(cloudId, location, ({ images }) => images.delete(location, cloudImageId))
        const step = snapshotIds.length > 0 ? `Deleting ${snapshotIds.join(', ')}` : 'Nothing else to delete'
        const next = { ...task, phase: 'deleting-snapshots' as const, done: 1, step }
        return { task: withLog(next, clock, `${cloudImageId} is deregistered`) }
      }
      case 'deleting-snapshots': {
        const kept = await clouds.watch(cloudId, location, (provider) =>
          deleteSnapshots(provider, location, snapshotIds),
        )
        const lines = snapshotIds.map((id) => {
          const reason = kept.get(id)
          return reason === undefined ? `${id} is deleted` : `${id} stays: ${reason}`
        })
        const next = { ...task, phase: 'forgetting' as const, done: 2, step: 'Removing it from Farmhand' }
        return { task: withLog(next, clock, ...lines) }
      }
      case 'forgetting': {
        const image = imageStore.find(task.imageId)
        if (image) await imageStore.remove(image.id)
        const message = `Image ${image?.name ?? task.imageId} (${cloudImageId}) was deregistered`
        const event = events.told('ImageDeregistered', message, { causedBy: { kind: 'job', id: task.id } })
        return { task: { ...ended(task, 'done', clock, 'The image is gone'), done: 3 }, events: [event] }
      }
    }
  }
}
