import type { Image } from '../../../../shared/model/images.ts'
import type { Role } from '../../../../shared/model/roles.ts'
import type { SnapshotTask } from '../../../../shared/model/tasks.ts'
import type { CloudCalls } from '../../clouds/index.ts'
import type { Clock } from '../../ports.ts'
import type { Events } from '../../records/events/index.ts'
import type { DesignStore } from '../../designs/documents/index.ts'
import type { ImageDesigns } from '../../designs/images/index.ts'
import type { RoleDesigns } from '../../designs/roles/index.ts'
import { ended, type TaskStep, withLog } from '../../records/tasks/index.ts'

interface SnapshotRegistrationOptions {
  clouds: CloudCalls
  images: ImageDesigns
  imageStore: DesignStore<Image>
  roles: RoleDesigns
  roleStore: DesignStore<Role>
  events: Events
  clock: Clock
}

/** Makes a finished image of the cloud one of ours, and a role with it when that was asked for. */
export class SnapshotRegistration {
  readonly #options: SnapshotRegistrationOptions

  constructor(options: SnapshotRegistrationOptions) {
    this.#options = options
  }

  /** May be asked again after a crash: what it made before is found by its id. */
  async register(task: SnapshotTask): Promise<TaskStep<SnapshotTask>> {
    const image = await this.#registerImage(task)
    const { cloudImageId, instanceId, farmId, serverId } = task
    const message = `Image ${image.name} (${cloudImageId}) was made of ${instanceId}`
    const created = this.#options.events.told('ImageCreated', message, {
      ...{ farmId, serverId, causedBy: { kind: 'job', id: task.id } },
      data: { image: image.name, cloudImageId, location: task.location },
    })
    return { task: await this.#registerRole(task, image), events: [created] }
  }

  async #registerImage(task: SnapshotTask): Promise<Image> {
    const { images, clouds } = this.#options
    const { location, cloudImageId } = task
    if (cloudImageId === null) throw new Error('a snapshot without an image cannot be registered')
    const [made] = await clouds.watch(task.cloudId, location, ({ images }) =>
      images.listById(location, [cloudImageId]),
    )
    return images.createAs(task.newImageId, {
      name: this.#freeImageName(task),
      cloudId: task.cloudId,
      location,
      source: { kind: 'id', cloudImageId },
      os: task.os,
      architecture: made?.architecture ?? 'x86_64',
      rootDeviceName: made?.rootDeviceName ?? null,
      rootDisk: task.rootDisk,
      ssh: task.ssh,
      description: task.description || `Made of ${task.instanceId}`,
    })
  }

  async #registerRole(task: SnapshotTask, image: Image): Promise<SnapshotTask> {
    const { roles, roleStore, clock } = this.#options
    const kept = withLog(task, clock, `Image “${image.name}” is registered`)
    if (task.what === 'image') return finished(kept, clock, `Image “${image.name}” is there`)
    const source = task.sourceRoleId === null ? undefined : roleStore.find(task.sourceRoleId)
    if (source?.name.toLowerCase() === task.name.toLowerCase() && source.id !== task.newRoleId) {
      const name = freeName(
        `${source.name}-before-${task.createdAt.slice(0, 10)}`,
        (taken) => roleStore.findByName(taken) !== undefined,
      )
      await roleStore.put({ ...source, name, updatedAt: new Date(clock.now()).toISOString() })
    }
    const role = await roles.createAs(
      { id: task.newRoleId, isSystem: false },
      {
        name: task.name,
        description: task.description,
        category: task.category,
        osFamily: task.os.family,
        imageIds: [image.id],
        tags: source?.tags ?? [],
      },
    )
    const next = withLog(kept, clock, `Role “${role.name}” is there`)
    return task.replacement === 'none'
      ? finished(next, clock, `Role “${role.name}” and its image are there`)
      : { ...next, phase: 'replacing', done: 97, step: 'Replacing the role in farms' }
  }

  #freeImageName(task: SnapshotTask): string {
    const wanted = task.what === 'image' ? task.name : `${task.name} ${task.location}`
    const isTaken = (name: string): boolean => {
      const other = this.#options.imageStore.findByName(name)
      return other !== undefined && other.id !== task.newImageId
    }
    return freeName(wanted, isTaken)
  }
}

/** The task at its good end. */
export function finished(task: SnapshotTask, clock: Clock, line: string): SnapshotTask {
  return { ...ended(task, 'done', clock, line), done: 100 }
}

function freeName(wanted: string, isTaken: (name: string) => boolean): string {
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? wanted : `${wanted} (${count})`
    if (!isTaken(name)) return name
  }
}
