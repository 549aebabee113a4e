import type { z } from 'zod'
import { AppError } from '../../../shared/model/errors.ts'
import { ImageId, RoleId } from '../../../shared/model/ids.ts'
import type { Image } from '../../../shared/model/images.ts'
import type { JobRef } from '../../../shared/model/jobs.ts'
import type { Role } from '../../../shared/model/roles.ts'
import type { InstanceSnapshotInput, SnapshotInput, SnapshotTask } from '../../../shared/model/tasks.ts'
import { TAGS } from '../../../shared/logic/launch-batches.ts'
import { whyNot } from '../../../shared/logic/server-actions.ts'
import { serverName } from '../../../shared/logic/server-steps.ts'
import type { FarmStore } from '../farms/index.ts'
import type { Clock } from '../ports.ts'
import type { DesignStore, Images, Roles } from '../roles/index.ts'
import type { ServerStore } from '../servers/index.ts'
import { ended, type TaskRunner, type Tasks, type TaskStep, withLog } from '../tasks/index.ts'
import { discard, type ImageClouds, LOOK_MS } from './image-cloud.ts'
import type { RoleSwap } from './role-swap.ts'

interface SnapshotsOptions {
  clouds: ImageClouds
  images: Images
  imageStore: DesignStore<Image>
  roles: Roles
  roleStore: DesignStore<Role>
  farms: FarmStore
  servers: ServerStore
  tasks: Tasks
  swap: RoleSwap
  clock: Clock
  newId: () => string
  newToken: () => string
  workspaceId: string
  tell: (message: string, about: { farmId?: string | null; serverId?: string | null }) => Promise<void>
}

/** An image that the cloud does not list this long after it was asked for is taken for gone. */
const APPEAR_MS = 300_000

/** Makes images, or images with roles, of servers and of instances that are not ours (reference 1.6 and 1.7). */
export class Snapshots implements TaskRunner<SnapshotTask> {
  readonly #options: SnapshotsOptions

  constructor(options: SnapshotsOptions) {
    this.#options = options
  }

  /** Throws `image.busy` while one of the server, or of another server of its farm role, is unfinished. */
  async begin(input: SnapshotInput): Promise<JobRef> {
    const { servers, tasks, farms, roleStore, imageStore } = this.#options
    const server = servers.get(input.serverId)
    const allowed = whyNot(server, 'snapshot')
    if (allowed !== true || server.cloudServerId === null) {
      throw new AppError('server.wrong_status', { message: `${serverName(server)}: ${String(allowed)}` })
    }
    const unfinished = tasks
      .running('snapshot')
      .find((task) => task.serverId === server.id || task.farmRoleId === server.farmRoleId)
    if (unfinished) {
      throw new AppError('image.busy', {
        message: `“${unfinished.name}” is being made of ${unfinished.serverId === server.id ? 'this server' : 'another server of the same farm role'} already. Wait for it, or cancel it.`,
      })
    }
    const role = roleStore.find(server.roleId)
    if (input.what === 'image' && input.replacement !== 'none') {
      throw invalid('replacement', 'Servers are replaced by those of a new role; make role and image.')
    }
    const lock = farms.find(server.farmId)?.state.lock
    if (input.replacement === 'this-farm' && lock) {
      throw new AppError('farm.locked', {
        message: `“${server.farm}” is locked by ${lock.by}: ${lock.comment}. Unlock it first, or replace nothing.`,
      })
    }
    this.#checkName(input, role)
    const image = imageStore.find(server.imageId)
    return this.#begin(
      {
        ...input,
        serverId: server.id,
        farmId: server.farmId,
        farmRoleId: server.farmRoleId,
        sourceRoleId: role?.id ?? null,
        cloudId: server.cloudId,
        location: server.location,
        instanceId: server.cloudServerId,
        os: image?.os ?? { family: role?.osFamily ?? 'unknown', version: '' },
        ssh: { user: server.sshUser, port: image?.ssh.port ?? server.sshPort },
        category: role?.category ?? 'base',
      },
      serverName(server),
      { kind: 'server', id: server.id },
    )
  }

  /** Of an instance that no server of ours stands for. */
  async beginOfInstance(input: InstanceSnapshotInput): Promise<JobRef> {
    const unfinished = this.#options.tasks
      .running('snapshot')
      .find((task) => task.instanceId === input.instanceId)
    if (unfinished) {
      throw new AppError('image.busy', {
        message: `“${unfinished.name}” is being made of ${input.instanceId} already. Wait for it, or cancel it.`,
      })
    }
    this.#checkName({ ...input, replacement: 'none' }, undefined)
    return this.#begin(
      {
        ...input,
        serverId: null,
        farmId: null,
        farmRoleId: null,
        sourceRoleId: null,
        replacement: 'none',
        replaceRunning: false,
        category: 'base',
      },
      input.instanceId,
      { kind: 'cloud', id: input.cloudId },
    )
  }

  async step(task: SnapshotTask): Promise<TaskStep<SnapshotTask>> {
    switch (task.phase) {
      case 'asking':
        return this.#ask(task)
      case 'imaging':
        return this.#follow(task)
      case 'registering':
        return { task: await this.#register(task) }
      case 'replacing':
        return { task: await this.#replace(task) }
    }
  }

  /** What was half made costs money: it goes. */
  async tidy(task: SnapshotTask): Promise<void> {
    if (task.cloudImageId === null || task.phase !== 'imaging') return
    await discard(this.#options.clouds, task.cloudId, task.location, task.cloudImageId)
  }

  async #begin(
    facts: Omit<
      SnapshotTask,
      | 'kind'
      | 'phase'
      | 'token'
      | 'cloudImageId'
      | 'newImageId'
      | 'newRoleId'
      | 'id'
      | 'state'
      | 'step'
      | 'done'
      | 'total'
      | 'error'
      | 'cancelAsked'
      | 'log'
      | 'createdAt'
      | 'endedAt'
    >,
    of: string,
    target: { kind: 'server' | 'cloud'; id: string },
  ): Promise<JobRef> {
    const { newId, newToken, tasks } = this.#options
    const things = facts.what === 'role' ? 'role and image' : 'image'
    return tasks.begin<SnapshotTask>(
      {
        ...facts,
        kind: 'snapshot',
        phase: 'asking',
        step: 'Asking the cloud for an image',
        done: 0,
        total: 100,
        token: newToken(),
        cloudImageId: null,
        newImageId: ImageId.parse(newId()),
        newRoleId: RoleId.parse(newId()),
      },
      { target, title: `Make ${things} “${facts.name}” of ${of}` },
    )
  }

  #checkName(input: Pick<SnapshotInput, 'what' | 'name' | 'replacement'>, source: Role | undefined): void {
    const { roleStore, imageStore } = this.#options
    if (input.what === 'image') {
      if (!imageStore.findByName(input.name)) return
      throw invalid('name', `There is an image named “${input.name}” already; choose another name.`)
    }
    const taken = roleStore.findByName(input.name)
    // The old role may give its name to the new one when it is replaced everywhere.
    if (!taken || (taken.id === source?.id && input.replacement === 'all-farms')) return
    throw invalid('name', `There is a role named “${input.name}” already; choose another name.`)
  }

  async #ask(task: SnapshotTask): Promise<TaskStep<SnapshotTask>> {
    const { clouds, clock, workspaceId } = this.#options
    if (task.cancelAsked) return { task: ended(task, 'cancelled', clock, 'Nothing was made') }
    this.#checkAlive(task)
    const { location, token } = task
    const made = await clouds.watch(task.cloudId, location, async ({ machineImages }) => {
      const [known] = await machineImages.byTag(location, { key: TAGS.image, value: token })
      if (known) return known
      return machineImages
        .create(location, {
          instanceId: task.instanceId,
          name: cloudName(task),
          description: task.description,
          reboot: task.reboot,
          tags: {
            Name: task.name,
            [TAGS.workspace]: workspaceId,
            [TAGS.image]: token,
            ...(task.farmId === null ? {} : { [TAGS.farm]: task.farmId }),
          },
        })
        .catch((thrown: unknown) => {
          // The name holds our token: the image was made by a call whose answer was lost, and is not listed yet.
          const code = thrown instanceof AppError ? thrown.details.cloudCode : undefined
          if (code === 'InvalidAMIName.Duplicate') return undefined
          if (code === 'IncorrectInstanceState' || code === 'InvalidInstanceID.NotFound') {
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
    const { image, percent } = await clouds.watch(task.cloudId, location, async ({ machineImages }) => {
      const [found] = await machineImages.byId(location, [cloudImageId])
      const known =
        found?.state === 'pending'
          ? await machineImages.progress(location, found.snapshotIds).catch(() => null)
          : null
      return { image: found, percent: known }
    })
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

  async #register(task: SnapshotTask): Promise<SnapshotTask> {
    const { images, roles, roleStore, clock, clouds, tell } = this.#options
    const { location, cloudImageId } = task
    if (cloudImageId === null) throw new Error('a snapshot without an image cannot be registered')
    const [made] = await clouds.watch(task.cloudId, location, ({ machineImages }) =>
      machineImages.byId(location, [cloudImageId]),
    )
    const image = await images.createAs(task.newImageId, {
      name: this.#freeImageName(task),
      cloudId: task.cloudId,
      location,
      source: { kind: 'id', cloudImageId },
      os: task.os,
      architecture: made?.architecture ?? 'x86_64',
      rootDeviceName: made?.rootDeviceName ?? null,
      ssh: task.ssh,
      description: task.description || `Made of ${task.instanceId}`,
    })
    await tell(`Image ${image.name} (${cloudImageId}) was made of ${task.instanceId}`, task)
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

  #freeImageName(task: SnapshotTask): string {
    const wanted = task.what === 'image' ? task.name : `${task.name} ${task.location}`
    const isTaken = (name: string): boolean => {
      const other = this.#options.imageStore.findByName(name)
      return other !== undefined && other.id !== task.newImageId
    }
    return freeName(wanted, isTaken)
  }
}

function finished(task: SnapshotTask, clock: Clock, line: string): SnapshotTask {
  return { ...ended(task, 'done', clock, line), done: 100 }
}

function freeName(wanted: string, isTaken: (name: string) => boolean): string {
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? wanted : `${wanted} (${count})`
    if (!isTaken(name)) return name
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

function invalid(path: string, message: string): AppError {
  return new AppError('input.invalid', { message, details: { faults: [{ path, message }] } })
}

/** What `begin` takes, before defaults. */
export type SnapshotRequest = z.input<typeof SnapshotInput>
