import { checkRootDisk } from '../../../../shared/logic/validation/storage.ts'
import { whyNot } from '../../../../shared/logic/servers/server-actions.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import { AppError, type Fault } from '../../../../shared/model/errors.ts'
import { ImageId, RoleId } from '../../../../shared/model/ids.ts'
import type { Image } from '../../../../shared/model/images.ts'
import type { JobRef } from '../../../../shared/model/jobs.ts'
import type { Role } from '../../../../shared/model/roles.ts'
import type { InstanceSnapshotInput, SnapshotInput, SnapshotTask } from '../../../../shared/model/tasks.ts'
import type { CloudCalls } from '../../clouds/index.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { DesignStore } from '../../designs/documents/index.ts'
import type { Ids } from '../../records/ids/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { Tasks } from '../../records/tasks/index.ts'

interface SnapshotRequestsOptions {
  clouds: CloudCalls
  imageStore: DesignStore<Image>
  roleStore: DesignStore<Role>
  farms: FarmStore
  servers: ServerStore
  tasks: Tasks
  ids: Ids
}

/** What a request settles; the rest of a task is the same for every new one. */
type Facts = Pick<
  SnapshotTask,
  | 'serverId'
  | 'farmId'
  | 'farmRoleId'
  | 'sourceRoleId'
  | 'cloudId'
  | 'location'
  | 'instanceId'
  | 'what'
  | 'name'
  | 'description'
  | 'reboot'
  | 'attachedVolumes'
  | 'rootDisk'
  | 'replacement'
  | 'replaceRunning'
  | 'os'
  | 'ssh'
  | 'category'
>

/** Takes requests for images of servers and of instances that are not ours: refuses what cannot be, begins the rest. */
export class SnapshotRequests {
  readonly #options: SnapshotRequestsOptions
  /** Farm roles and instances of requests that are not tasks yet. */
  readonly #claims = new Set<string>()

  constructor(options: SnapshotRequestsOptions) {
    this.#options = options
  }

  /** Throws `image.busy` while one of the server, or of another server of its farm role, is unfinished. */
  async begin(input: SnapshotInput): Promise<JobRef> {
    const { servers, farms, roleStore, imageStore } = this.#options
    const server = servers.get(input.serverId)
    const allowed = whyNot(server, 'snapshot')
    if (allowed !== true || server.cloudServerId === null) {
      throw new AppError('server.wrong_status', { message: `${serverName(server)}: ${String(allowed)}` })
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
    const { cloudServerId: instanceId } = server
    await this.#checkDisk(input, { ...server, instanceId })
    this.#checkFree(
      server.farmRoleId,
      (task) => task.serverId === server.id || task.farmRoleId === server.farmRoleId,
      (task) => (task.serverId === server.id ? 'this server' : 'another server of the same farm role'),
    )
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
        instanceId,
        os: image?.os ?? { family: role?.osFamily ?? 'unknown', version: '' },
        ssh: { user: server.sshUser, port: image?.ssh.port ?? server.sshPort },
        category: role?.category ?? 'base',
      },
      serverName(server),
      { kind: 'server', id: server.id },
      server.farmRoleId,
    )
  }

  /** Of an instance that no server of ours stands for. */
  async beginOfInstance(input: InstanceSnapshotInput): Promise<JobRef> {
    this.#checkName({ ...input, replacement: 'none' }, undefined)
    await this.#checkDisk(input, input)
    const { instanceId } = input
    this.#checkFree(
      instanceId,
      (task) => task.instanceId === instanceId,
      () => instanceId,
    )
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
      instanceId,
      { kind: 'instance', id: instanceId },
      instanceId,
    )
  }

  async #begin(
    facts: Facts,
    of: string,
    target: { kind: 'server' | 'instance'; id: string },
    claim: string,
  ): Promise<JobRef> {
    const { ids, tasks } = this.#options
    const things = facts.what === 'role' ? 'role and image' : 'image'
    this.#claims.add(claim)
    try {
      return await tasks.begin<SnapshotTask>(
        {
          ...facts,
          kind: 'snapshot',
          phase: 'asking',
          step: 'Asking the cloud for an image',
          done: 0,
          total: 100,
          token: ids.newToken(),
          cloudImageId: null,
          newImageId: ImageId.parse(ids.newId()),
          newRoleId: RoleId.parse(ids.newId()),
        },
        { target, title: `Make ${things} “${facts.name}” of ${of}` },
      )
    } finally {
      this.#claims.delete(claim)
    }
  }

  /** Throws `image.busy` while one is unfinished, or is begun right now. */
  #checkFree(
    claim: string,
    isSame: (task: SnapshotTask) => boolean,
    wordsFor: (task: SnapshotTask) => string,
  ): void {
    const unfinished = this.#options.tasks.running('snapshot').find(isSame)
    if (!unfinished && !this.#claims.has(claim)) return
    const words = unfinished
      ? `“${unfinished.name}” is being made of ${wordsFor(unfinished)}`
      : 'An image is being made of it'
    throw new AppError('image.busy', { message: `${words} already. Wait for it, or cancel it.` })
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

  /** A server can boot from the disk that its image is to have, and what is on the disk now has room there. */
  async #checkDisk(
    { rootDisk }: Pick<SnapshotInput, 'rootDisk'>,
    of: { cloudId: string; location: string; instanceId: string },
  ): Promise<void> {
    const faults: Fault[] = []
    const tell = (path: readonly (string | number)[], message: string): void =>
      void faults.push({ path: ['rootDisk', ...path].join('.'), message })
    checkRootDisk(rootDisk, tell)
    if (rootDisk.sizeGib !== null && faults.length === 0) {
      const { cloudId, location, instanceId } = of
      const now = await this.#options.clouds.watch(cloudId, location, ({ instanceSettings }) =>
        instanceSettings.rootDiskGib(location, instanceId),
      )
      if (now !== null && rootDisk.sizeGib < now) {
        tell(['sizeGib'], `The root disk has ${now} GiB; one of its image cannot be smaller.`)
      }
    }
    const [first] = faults
    if (first) throw new AppError('input.invalid', { message: first.message, details: { faults } })
  }
}

function invalid(path: string, message: string): AppError {
  return new AppError('input.invalid', { message, details: { faults: [{ path, message }] } })
}
