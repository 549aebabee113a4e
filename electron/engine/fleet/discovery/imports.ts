import type { z } from 'zod'
import { AppError, toAppError } from '../../../../shared/model/errors.ts'
import type { FarmRole } from '../../../../shared/model/farm-roles.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import { ImageId } from '../../../../shared/model/ids.ts'
import type { Image } from '../../../../shared/model/images.ts'
import { Server } from '../../../../shared/model/servers.ts'
import type { ImportTask } from '../../../../shared/model/tasks.ts'
import { freeIndexes } from '../../../../shared/logic/farms/farm-decisions.ts'
import { TAGS } from '../../../../shared/logic/servers/launch-batches.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import type { CloudInstance, CloudProvider } from '../../clouds/index.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { Clock } from '../../ports.ts'
import { instanceView } from '../servers/index.ts'
import { type ServerStore } from '../../records/servers/index.ts'
import { ended, type TaskRunner, type TaskStep, withLog } from '../../records/tasks/index.ts'
import type { ServerKeys } from '../../access/keys/index.ts'

interface ImportsOptions {
  watch: <T>(cloudId: string, location: string, call: (provider: CloudProvider) => Promise<T>) => Promise<T>
  farms: FarmStore
  servers: ServerStore
  keys: ServerKeys
  clock: Clock
  workspaceId: string
  cloudName: (cloudId: string) => string
  roleName: (roleId: string) => string
  imageOf: (roleId: string, cloudId: string, location: string) => Image | undefined
  /** The instance is explained now: what was said about it is no longer true. */
  onAdopted: (instanceId: string) => void
  wake: () => void
}

type Item = ImportTask['items'][number]

/**
 * Takes instances over one by one: first the cloud's tags, then the ledger. A crash in between leaves a tagged instance
 * whose server id this task knows, so the next run tags it alike and writes the same server.
 */
export class Imports implements TaskRunner<ImportTask> {
  readonly #options: ImportsOptions

  constructor(options: ImportsOptions) {
    this.#options = options
  }

  async step(task: ImportTask): Promise<TaskStep<ImportTask>> {
    const { clock, wake } = this.#options
    const item = task.items.find(({ state }) => state === 'waiting')
    if (!item || task.cancelAsked) return { task: await this.#end(task) }
    try {
      const server = await this.#adopt(task, item)
      wake()
      const next = change(task, item, { state: 'done' }, `${item.name} is ${serverName(server)}`)
      return { task: withLog(next, clock, `${item.name} (${item.instanceId}) is ${serverName(server)}`) }
    } catch (thrown) {
      const error = toAppError(thrown)
      if (error.retryable) throw error
      await this.#options.keys.forget(item.serverId)
      const next = change(
        task,
        item,
        { state: 'failed', error: error.toInfo() },
        `${item.name} was not imported`,
      )
      return { task: withLog(next, clock, `${item.name} was not imported: ${error.message}`) }
    }
  }

  async tidy(task: ImportTask): Promise<void> {
    for (const item of task.items) if (item.state !== 'done') await this.#options.keys.forget(item.serverId)
  }

  async #end(task: ImportTask): Promise<ImportTask> {
    const { clock } = this.#options
    await this.tidy(task)
    const done = task.items.filter(({ state }) => state === 'done').length
    const words = `${done} of ${task.items.length} were imported`
    const failed = task.items.find(({ state }) => state === 'failed')
    if (failed && done === 0) {
      throw new AppError(failed.error?.code ?? 'internal', {
        message: failed.error?.message ?? `${failed.name} was not imported.`,
      })
    }
    return { ...ended(task, task.cancelAsked ? 'cancelled' : 'done', clock, words), done: task.total }
  }

  async #adopt(task: ImportTask, item: Item): Promise<Server> {
    const { servers, farms, watch, workspaceId } = this.#options
    const there = servers.find(item.serverId)
    if (there) return there
    const other = [...servers.all()].find(
      (server) => server.cloudServerId === item.instanceId && server.status !== 'terminated',
    )
    if (other) {
      throw new AppError('input.conflict', { message: `${item.instanceId} is ${serverName(other)} already.` })
    }
    const farm = farms.get(task.farmId)
    const role = farm.roles.find(({ id }) => id === task.farmRoleId)
    if (farm.state.status !== 'running' || !role) {
      throw new AppError('farm.wrong_status', {
        message: `“${farm.name}” ${role ? `is ${farm.state.status}` : 'no longer has this farm role'}; nothing more is imported into it.`,
      })
    }
    const { location } = task
    const instance = await watch(task.cloudId, location, async (provider) => {
      const [found] = await provider.instances.listById(location, [item.instanceId])
      if (found?.state !== 'running') return found
      await provider.instances.untag(location, item.instanceId, task.removeTags)
      await provider.instances.tag(location, item.instanceId, {
        ...task.setTags,
        [TAGS.workspace]: workspaceId,
        [TAGS.farm]: farm.id,
        [TAGS.farmRole]: role.id,
        [TAGS.server]: item.serverId,
      })
      return found
    })
    if (instance?.state !== 'running') {
      throw new AppError('server.wrong_status', {
        message: `${item.instanceId} is ${instance?.state ?? 'no longer there'}; only a running instance can be imported.`,
      })
    }
    const server = this.#server(task, item, farm, role, instance)
    await servers.put(
      [server],
      [
        {
          server,
          event: {
            kind: 'ServerImported',
            message: `${item.instanceId} was imported as ${serverName(server)}`,
            reason: null,
            firedBy: 'person',
          },
        },
      ],
    )
    this.#options.onAdopted(item.instanceId)
    return server
  }

  /** Running at once; nothing is done to the machine (reference 1.8). */
  #server(task: ImportTask, item: Item, farm: Farm, role: FarmRole, instance: CloudInstance): Server {
    const { servers, clock, cloudName, roleName, imageOf } = this.#options
    const now = new Date(clock.now()).toISOString()
    const [index = 1] = freeIndexes(
      servers.ofFarm(farm.id).filter((server) => server.farmRoleId === role.id),
      1,
    )
    const view = instanceView(instance)
    const host = view.publicIp ?? view.privateIp
    const port = view.sshPort ?? task.ssh.port
    const { user } = task.ssh
    return Server.parse({
      id: item.serverId,
      farmId: farm.id,
      farmRoleId: role.id,
      farm: farm.name,
      alias: role.alias,
      roleId: role.roleId,
      role: roleName(role.roleId),
      index,
      status: 'running',
      since: now,
      waitingFor: null,
      cloudId: task.cloudId,
      cloud: cloudName(task.cloudId),
      location: task.location,
      zone: view.zone,
      instanceType: instance.instanceType,
      imageId: imageOf(role.roleId, role.cloudId, role.location)?.id ?? ImageId.parse('none'),
      cloudImageId: view.imageId,
      cloudServerId: view.id,
      platform: view.platform,
      rootDevice: view.rootDevice,
      instanceState: view.state,
      publicIp: view.publicIp,
      privateIp: view.privateIp,
      hostname: view.hostname,
      keyName: view.keyName,
      securityGroupIds: view.securityGroupIds,
      ssh: host === null ? null : { host, port, user, hostKeyFingerprint: null },
      sshUser: user,
      sshPort: task.ssh.port,
      agent: null,
      lock: null,
      error: null,
      attempts: 0,
      retryAt: null,
      rebooting: false,
      launchReason: 'imported',
      access: task.access,
      terminateReason: null,
      launch: null,
      createdAt: now,
      launchedAt: instance.launchedAt ?? now,
      runningAt: now,
      terminatedAt: null,
      absentSince: null,
      subnetId: instance.subnetId,
      spot: instance.isSpot,
    } satisfies z.input<typeof Server>)
  }
}

function change(task: ImportTask, item: Item, how: Partial<Item>, step: string): ImportTask {
  const items = task.items.map((one) => (one.serverId === item.serverId ? { ...one, ...how } : one))
  return { ...task, items, step, done: items.filter(({ state }) => state !== 'waiting').length }
}
