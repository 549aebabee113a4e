import { AppError } from '../../../../shared/model/errors.ts'
import type { SnapshotTask } from '../../../../shared/model/tasks.ts'
import { TAGS } from '../../../../shared/model/tags.ts'
import type { CloudCalls } from '../../clouds/index.ts'
import type { Clock } from '../../ports.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import { ended, type TaskRunner, type TaskStep, withLog } from '../../records/tasks/index.ts'
import { discard, LOOK_MS, lookAtImage } from './image-cloud.ts'
import type { RoleSwap } from '../rollouts/index.ts'
import { finished, type SnapshotRegistration } from './snapshot-registration.ts'

interface SnapshotsOptions {
  clouds: CloudCalls
  servers: ServerStore
  registration: SnapshotRegistration
  swap: RoleSwap
  clock: Clock
  workspaceId: string
}

/** An image that the cloud does not list this long after it was asked for is taken for gone. */
const APPEAR_MS = 300_000

/** Makes images, or images with roles, of servers and of instances that are not ours (reference 1.6 and 1.7). */
export class Snapshots implements TaskRunner<SnapshotTask> {
  readonly #options: SnapshotsOptions

  constructor(options: SnapshotsOptions) {
    this.#options = options
  }

  async step(task: SnapshotTask): Promise<TaskStep<SnapshotTask>> {
    switch (task.phase) {
      case 'asking':
        return this.#ask(task)
      case 'imaging':
        return this.#follow(task)
      case 'registering':
        return this.#options.registration.register(task)
      case 'replacing':
        return { task: await this.#replace(task) }
    }
  }

  /** What was half made costs money: it goes. */
  async tidy(task: SnapshotTask): Promise<void> {
    if (task.cloudImageId === null || task.phase !== 'imaging') return
    await discard(this.#options.clouds, task.cloudId, task.location, task.cloudImageId)
  }

  async #ask(task: SnapshotTask): Promise<TaskStep<SnapshotTask>> {
    const { clouds, clock, workspaceId } = this.#options
    if (task.cancelAsked) return { task: ended(task, 'cancelled', clock, 'Nothing was made') }
    this.#checkAlive(task)
    const { location, token } = task
    const made = await clouds.watch(task.cloudId, location, async ({ images }) => {
      const [known] = await images.listByTag(location, { key: TAGS.image, value: token })
      if (known) return known
      return images
        .create(location, {
          instanceId: task.instanceId,
          name: cloudName(task),
          description: task.description,
          reboot: task.reboot,
          attachedVolumes: task.attachedVolumes,
          tags: {
            Name: task.name,
            [TAGS.workspace]: workspaceId,
            [TAGS.image]: token,
            ...(task.farmId === null ? {} : { [TAGS.farm]: task.farmId }),
          },
        })
        .catch((thrown: unknown) => {
          if (!(thrown instanceof AppError)) throw thrown
          const { refusal } = thrown.details
          // The name holds our token: the image was made by a call whose answer was lost, and is not listed yet.
          if (refusal === 'name-taken') return undefined
          if (refusal === 'wrong-state' || thrown.code === 'cloud.not_found') {
            throw endedFirst(task.instanceId, thrown)
          }
          throw thrown
        })
    })
    if (!made) return { task, waitMs: LOOK_MS }
    const next = {
      ...task,
      phase: 'imaging' as const,
      cloudImageId: made.cloudImageId,
      step: 'The cloud copies the disks',
    }
    const reboot = task.reboot ? ' and restarts the server for it' : ''
    return { task: withLog(next, clock, `The cloud makes ${made.cloudImageId}${reboot}`) }
  }

  /** Reference 1.6: if the server dies first, the task fails. */
  #checkAlive(task: SnapshotTask): void {
    if (task.serverId === null) return
    const server = this.#options.servers.find(task.serverId)
    const isAlive =
      server !== undefined && !['terminated', 'pending-terminate', 'missing'].includes(server.status)
    if (isAlive) return
    throw endedFirst(task.instanceId, undefined)
  }

  async #follow(task: SnapshotTask): Promise<TaskStep<SnapshotTask>> {
    const { clouds, clock } = this.#options
    const { location, cloudImageId } = task
    if (cloudImageId === null) return { task: { ...task, phase: 'asking' } }
    if (task.cancelAsked) {
      await discard(clouds, task.cloudId, location, cloudImageId)
      return { task: ended(task, 'cancelled', clock, `${cloudImageId} was taken away again`) }
    }
    const { image, percent } = await clouds.watch(task.cloudId, location, (provider) =>
      lookAtImage(provider, location, cloudImageId),
    )
    switch (image?.state) {
      case 'available': {
        const next = { ...task, phase: 'registering' as const, done: 95, step: 'Registering the image' }
        return { task: withLog(next, clock, `${cloudImageId} is available`) }
      }
      case 'failed':
        throw new AppError('image.failed', {
          message: `The cloud could not make ${cloudImageId}: ${image.stateReason ?? 'it gives no reason'}.`,
        })
      case 'gone':
        throw gone(cloudImageId)
      case undefined:
        if (clock.now() - Date.parse(task.createdAt) > APPEAR_MS) throw gone(cloudImageId)
        return { task, waitMs: LOOK_MS }
      case 'pending': {
        const done = Math.round((percent ?? 0) * 0.9)
        const step =
          percent === null ? 'The cloud copies the disks' : `The cloud copies the disks: ${percent} %`
        const isSame = task.done === done && task.step === step
        return { task: isSame ? task : { ...task, done, step }, waitMs: LOOK_MS }
      }
    }
  }

  async #replace(task: SnapshotTask): Promise<SnapshotTask> {
    const { swap, clock } = this.#options
    const { lines } = await swap.carryOut({
      fromRoleId: task.sourceRoleId ?? '',
      toRoleId: task.newRoleId,
      cloudId: task.cloudId,
      location: task.location,
      farmRoleId: task.replacement === 'this-farm' ? task.farmRoleId : null,
      replaceRunning: task.replaceRunning,
      causedBy: task.id,
    })
    return finished(withLog(task, clock, ...lines), clock, `Role “${task.name}” is there and in use`)
  }
}

/** Unique in the account, as EC2 wants it, and the same at every try. */
function cloudName(task: Pick<SnapshotTask, 'name' | 'token'>): string {
  return `${task.name.slice(0, 90)}-${task.token.slice(0, 8)}`
}

function endedFirst(instanceId: string, cause: unknown): AppError {
  return new AppError('image.failed', {
    message: `${instanceId} ended before its image was made. Make it of another server.`,
    cause,
  })
}

function gone(cloudImageId: string): AppError {
  return new AppError('image.failed', {
    message: `The cloud no longer knows ${cloudImageId}. Someone took it away; make it again.`,
  })
}
