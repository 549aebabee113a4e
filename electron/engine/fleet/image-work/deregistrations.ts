import { AppError } from '../../../../shared/model/errors.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import type { DeregisterPlan } from '../../../../shared/model/image-plans.ts'
import type { Image } from '../../../../shared/model/images.ts'
import type { JobRef } from '../../../../shared/model/jobs.ts'
import type { Role } from '../../../../shared/model/roles.ts'
import type { DeregisterTask } from '../../../../shared/model/tasks.ts'
import { usageOfImage } from '../../../../shared/logic/roles/usage.ts'
import type { Clock } from '../../ports.ts'
import type { DesignStore } from '../../designs/documents/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import { ended, type TaskRunner, type Tasks, type TaskStep, withLog } from '../../records/tasks/index.ts'
import { deleteSnapshots, type ImageClouds } from './image-cloud.ts'

interface DeregistrationsOptions {
  clouds: ImageClouds
  imageStore: DesignStore<Image>
  roleStore: DesignStore<Role>
  farms: () => readonly Farm[]
  servers: ServerStore
  tasks: Tasks
  clock: Clock
  tell: (message: string) => Promise<void>
}

/** Takes images with their snapshots out of the cloud, after a look at who uses them. */
export class Deregistrations implements TaskRunner<DeregisterTask> {
  readonly #options: DeregistrationsOptions

  constructor(options: DeregistrationsOptions) {
    this.#options = options
  }

  async plan({ imageId }: { imageId: string }): Promise<DeregisterPlan> {
    const { imageStore, roleStore, farms, servers, clouds, tasks } = this.#options
    const image = imageStore.get(imageId)
    const usage = usageOfImage(image, roleStore.list(), farms(), servers.all())
    const blockers: string[] = []
    const warnings: string[] = []
    if (usage.roles.length > 0) {
      const names = usage.roles.map(({ name }) => `“${name}”`).join(', ')
      blockers.push(
        `${usage.roles.length === 1 ? `Role ${names} launches` : `Roles ${names} launch`} from it. Replace it there first.`,
      )
    }
    if (usage.servers.length > 0) {
      warnings.push(
        `${usage.servers.length} live ${usage.servers.length === 1 ? 'server was' : 'servers were'} made of it. They go on, but none can be made of it again.`,
      )
    }
    if (image.source.kind !== 'id') {
      blockers.push(
        'It stands for the newest image of a name, not for one image. Delete it in Farmhand only.',
      )
      return { image: image.name, cloudImageId: '', snapshotIds: [], usage, blockers, warnings }
    }
    const { cloudImageId } = image.source
    const twins = imageStore
      .list()
      .filter(
        (other) =>
          other.id !== image.id &&
          other.cloudId === image.cloudId &&
          other.source.kind === 'id' &&
          other.source.cloudImageId === cloudImageId,
      )
    for (const twin of twins) {
      blockers.push(`“${twin.name}” stands for ${cloudImageId} too. Delete one of the two in Farmhand first.`)
    }
    if (tasks.running('image-copy').some((task) => task.imageId === image.id)) {
      blockers.push('It is being copied to other locations. Wait for that to end.')
    }
    const { found, accountId } = await clouds.watch(image.cloudId, image.location, async (provider) => {
      const [[machineImage], identity] = await Promise.all([
        provider.images.listById(image.location, [cloudImageId]),
        provider.identity(image.location),
      ])
      return { found: machineImage, accountId: identity.accountId }
    })
    if (!found) {
      warnings.push(
        `${image.location} no longer knows ${cloudImageId}: only what Farmhand knows of it is removed.`,
      )
    } else if (found.ownerId !== accountId) {
      blockers.push(
        `${cloudImageId} belongs to account ${found.ownerId}, not to yours. Delete it in Farmhand only.`,
      )
    }
    const snapshotIds = found?.snapshotIds ?? []
    return { image: image.name, cloudImageId, snapshotIds, usage, blockers, warnings }
  }

  /** Throws `image.in_use` with everything that stands in the way. */
  async begin({ imageId }: { imageId: string }): Promise<JobRef> {
    const image = this.#options.imageStore.get(imageId)
    const plan = await this.plan({ imageId })
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
    const { clouds, clock, imageStore, tell } = this.#options
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
        if (image) {
          await imageStore.remove(image.id)
          await tell(`Image ${image.name} (${cloudImageId}) was deregistered`)
        }
        return { task: { ...ended(task, 'done', clock, 'The image is gone'), done: 3 } }
      }
    }
  }
}
