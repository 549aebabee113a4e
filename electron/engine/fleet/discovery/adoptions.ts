import type { z } from 'zod'
import { AppError } from '../../../../shared/model/errors.ts'
import type { FarmRole } from '../../../../shared/model/farm-roles.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import { ImageId } from '../../../../shared/model/ids.ts'
import { Server } from '../../../../shared/model/servers.ts'
import type { ImportTask } from '../../../../shared/model/tasks.ts'
import { freeIndexes } from '../../../../shared/logic/farms/farm-decisions.ts'
import { TAGS } from '../../../../shared/model/tags.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import type { CloudInstance, Clouds } from '../../clouds/index.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { RoleDesigns } from '../../designs/roles/index.ts'
import type { Clock } from '../../ports.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { Strangers } from '../farms/index.ts'
import { instanceView } from '../servers/index.ts'

interface AdoptionsOptions {
  clouds: Clouds
  farms: FarmStore
  roles: RoleDesigns
  servers: ServerStore
  strangers: Strangers
  clock: Clock
  workspaceId: string
}

/** One instance of an import. */
export type ImportItem = ImportTask['items'][number]

/** Makes servers of instances that are there already: first the cloud's tags, then the ledger. */
export class Adoptions {
  readonly #options: AdoptionsOptions

  constructor(options: AdoptionsOptions) {
    this.#options = options
  }

  /** Tags the instance and writes its server; one that is there already is answered. Throws why it cannot be taken over. */
  async adopt(task: ImportTask, item: ImportItem): Promise<Server> {
    const { servers, farms, clouds, strangers, workspaceId } = this.#options
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
    const instance = await clouds.watch(task.cloudId, location, async (provider) => {
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
    await strangers.explained(item.instanceId)
    return server
  }

  /** Running at once; nothing is done to the machine (reference 1.8). */
  #server(task: ImportTask, item: ImportItem, farm: Farm, role: FarmRole, instance: CloudInstance): Server {
    const { servers, clouds, roles, clock } = this.#options
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
      role: roles.nameOf(role.roleId),
      index,
      status: 'running',
      since: now,
      waitingFor: null,
      cloudId: task.cloudId,
      cloud: clouds.get(task.cloudId).name,
      location: task.location,
      zone: view.zone,
      instanceType: instance.instanceType,
      imageId: roles.imageOf(role.roleId, role.cloudId, role.location)?.id ?? ImageId.parse('none'),
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
