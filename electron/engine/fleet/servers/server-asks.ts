import { AppError } from '../../../../shared/model/errors.ts'
import type { Via } from '../../../../shared/contract/via.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { hardRebootRefusal } from '../../../../shared/logic/servers/server-actions.ts'
import {
  askReboot,
  askResume,
  askSuspend,
  askTerminate,
} from '../../../../shared/logic/servers/server-asks.ts'
import {
  askTerminateNow,
  decreasedMin,
  terminateDelayMs,
  terminateDelayOf,
} from '../../../../shared/logic/servers/server-ends.ts'
import { retryInit } from '../../../../shared/logic/servers/server-provisioning.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import type { CloudCalls } from '../../clouds/index.ts'
import { changeScaling, type FarmStore } from '../../designs/farms/index.ts'
import type { Clock } from '../../ports.ts'
import type { Bell } from '../../records/bell/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { LaunchBreaker } from './launch-breaker.ts'
import { allowed } from './server-controls.ts'

interface ServerAsksOptions {
  servers: ServerStore
  farms: FarmStore
  clouds: CloudCalls
  breaker: LaunchBreaker
  bell: Bell
  clock: Clock
}

/** What a person asks of one server: each ask is written down, and the next pass carries it out. */
export class ServerAsks {
  readonly #options: ServerAsksOptions

  constructor(options: ServerAsksOptions) {
    this.#options = options
  }

  async reboot({
    serverId,
    mode = 'soft',
  }: {
    serverId: string
    mode?: 'soft' | 'hard' | undefined
  }): Promise<Server> {
    const server = allowed(this.#options.servers, serverId, 'reboot')
    const { cloudServerId } = server
    if (cloudServerId !== null && mode === 'soft') {
      await this.#options.clouds.watch(server.cloudId, server.location, (provider) =>
        provider.instances.reboot(server.location, [cloudServerId]),
      )
    }
    return this.noteReboot(serverId, mode)
  }

  /** A soft reboot was asked of the cloud; a hard one is done from here. */
  async noteReboot(serverId: string, mode: 'soft' | 'hard'): Promise<Server> {
    const server = allowed(this.#options.servers, serverId, 'reboot')
    const refusal = mode === 'hard' ? hardRebootRefusal(server) : null
    if (refusal !== null) {
      throw new AppError(refusal.code, { message: `${serverName(server)}: ${refusal.sentence}` })
    }
    return this.#options.servers.apply(serverId, (now) => askReboot(now, 'person', mode))
  }

  async suspend({ serverId }: { serverId: string }): Promise<Server> {
    allowed(this.#options.servers, serverId, 'suspend')
    return this.#options.servers.apply(serverId, (now) => askSuspend(now, 'person', this.#now()))
  }

  async resume({ serverId }: { serverId: string }): Promise<Server> {
    allowed(this.#options.servers, serverId, 'resume')
    return this.#options.servers.apply(serverId, (now) => askResume(now, this.#now()))
  }

  /** Gives up a launch that the cloud has not carried out; what the cloud made of it meanwhile is ended. */
  async cancel(input: {
    serverId: string
    decreaseMin?: boolean | undefined
    via?: Via | undefined
  }): Promise<Server> {
    const { servers, bell } = this.#options
    const server = allowed(servers, input.serverId, 'cancel')
    if (input.decreaseMin) await this.decreaseMin(server, 1)
    const after = await servers.apply(server.id, (now) =>
      askTerminate(now, reasonOf(input.via), 'person', this.#now()),
    )
    bell.ring()
    return after
  }

  /** Graceful: the cloud is asked after the delay. Forced: at once, also when a graceful end is waited for already. */
  async terminate(input: {
    serverId: string
    force?: boolean | undefined
    decreaseMin?: boolean | undefined
    via?: Via | undefined
  }): Promise<Server> {
    const { servers, farms } = this.#options
    if (input.decreaseMin) await this.decreaseMin(this.#endable(input), 1)
    const server = this.#endable(input)
    if (server.status === 'pending-terminate') return servers.apply(server.id, askTerminateNow)
    const delayMs = terminateDelayMs(terminateDelayOf(farms.find(server.farmId), server.farmRoleId), {
      isForced: input.force === true,
      hasHooks: false,
      status: server.status,
    })
    return servers.apply(server.id, (now) =>
      askTerminate(now, reasonOf(input.via), 'person', this.#now(), delayMs),
    )
  }

  /** Lowers the minimum of a server's farm role by so many, so that no substitute is launched. */
  decreaseMin(server: Server, count: number): Promise<void> {
    const { farms, clock } = this.#options
    return changeScaling({ store: farms, clock }, server, (scaling) => ({
      ...scaling,
      min: decreasedMin(scaling.min, count),
    }))
  }

  /** Tries a failed launch, or an initialisation that failed for good, again at once. */
  async retry({ serverId }: { serverId: string }): Promise<Server> {
    const server = allowed(this.#options.servers, serverId, 'retry')
    await this.#options.breaker.close(server)
    const after = await this.#options.servers.apply(server.id, (now) =>
      now.initFailedAt === null
        ? { server: { ...now, retryAt: null, attempts: 0 }, events: [] }
        : retryInit(now),
    )
    this.#options.bell.ring()
    return after
  }

  async lock({ serverId, comment }: { serverId: string; comment: string }): Promise<Server> {
    const server = allowed(this.#options.servers, serverId, 'lock')
    const at = new Date(this.#now()).toISOString()
    return this.#options.servers.apply(server.id, (now) => ({
      server: { ...now, lock: { comment, at } },
      events: [
        {
          kind: 'ServerLocked',
          message: `${serverName(now)} was locked`,
          reason: comment,
          firedBy: 'person',
        },
      ],
    }))
  }

  async unlock({ serverId }: { serverId: string }): Promise<Server> {
    const server = allowed(this.#options.servers, serverId, 'unlock')
    const after = await this.#options.servers.apply(server.id, (now) => ({
      server: { ...now, lock: null },
      events: [
        {
          kind: 'ServerUnlocked',
          message: `${serverName(now)} was unlocked`,
          reason: null,
          firedBy: 'person',
        },
      ],
    }))
    this.#options.bell.ring()
    return after
  }

  #endable(input: { serverId: string; force?: boolean | undefined }): Server {
    const { servers } = this.#options
    const isWaiting = input.force === true && servers.get(input.serverId).status === 'pending-terminate'
    return allowed(servers, input.serverId, isWaiting ? 'terminate-now' : 'terminate')
  }

  #now(): number {
    return this.#options.clock.now()
  }
}

function reasonOf(via: Via | undefined): 'manual' | 'manual-api' {
  return via === 'ui' ? 'manual' : 'manual-api'
}
