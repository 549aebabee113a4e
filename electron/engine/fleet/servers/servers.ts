import { AppError } from '../../../../shared/model/errors.ts'
import type { ExecMessage } from '../../../../shared/contract/servers.contract.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import type { JobKind, JobRef } from '../../../../shared/model/jobs.ts'
import type { Server, ServerStatus } from '../../../../shared/model/servers.ts'
import type { HostKey } from '../../../../shared/model/ssh-keys.ts'
import { hardRebootRefusal } from '../../../../shared/logic/servers/server-actions.ts'
import {
  askTerminateNow,
  type TerminateDelay,
  terminateDelayMs,
} from '../../../../shared/logic/servers/server-ends.ts'
import {
  askReboot,
  askResume,
  askSuspend,
  askTerminate,
} from '../../../../shared/logic/servers/server-asks.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import type { CloudProvider } from '../../clouds/index.ts'
import type { Jobs } from '../../records/jobs/index.ts'
import { retryInit } from '../../../../shared/logic/servers/server-preparations.ts'
import type { Clock } from '../../ports.ts'
import { allowed } from './server-controls.ts'
import type { ServerStore } from '../../records/servers/index.ts'

/** Runs a program on a server and gives its output as it comes. */
export type ServerExec = (
  server: Server,
  request: { argv: string[]; stdinBase64?: string | undefined; timeoutMs?: number | undefined },
  options: { signal: AbortSignal },
) => AsyncIterable<ExecMessage>

export interface ServersOptions {
  store: ServerStore
  jobs: Jobs
  clock: Clock
  watch: <T>(cloudId: string, location: string, call: (provider: CloudProvider) => Promise<T>) => Promise<T>
  exec: ServerExec
  hostKeyOf: (serverId: string) => Promise<HostKey | undefined>
  findFarm: (nameOrId: string) => Farm | undefined
  /** Lowers the minimum of a server's farm role by so many. */
  decreaseMin: (server: Server, count: number) => Promise<void>
  /** What a graceful end of this server waits for (reference 4.7). */
  terminateDelay: (server: Server) => TerminateDelay
  /** Ends the pause of a farm role after failed launches. */
  resumeLaunches: (server: Server) => Promise<void>
  wake: () => void
}

/** The servers, as a person acts on them. */
export class Servers {
  readonly #options: ServersOptions

  constructor(options: ServersOptions) {
    this.#options = options
  }

  async list(
    filter: {
      farm?: string | undefined
      role?: string | undefined
      status?: ServerStatus | undefined
      includeTerminated?: boolean | undefined
    } = {},
  ): Promise<Server[]> {
    const { store, findFarm } = this.#options
    const farm = filter.farm === undefined ? undefined : findFarm(filter.farm)
    if (filter.farm !== undefined && !farm) {
      throw new AppError('input.not_found', { message: `There is no farm “${filter.farm}”.` })
    }
    const terminatedToo = filter.includeTerminated === true || filter.status === 'terminated'
    return [...(farm ? store.ofFarm(farm.id) : store.all())]
      .filter((server) => terminatedToo || server.status !== 'terminated')
      .filter((server) => filter.role === undefined || server.alias === filter.role)
      .filter((server) => filter.status === undefined || server.status === filter.status)
      .sort((a, b) => a.farm.localeCompare(b.farm) || a.alias.localeCompare(b.alias) || a.index - b.index)
  }

  async get({ serverId }: { serverId: string }): Promise<Server> {
    return (await this.#options.store.lookUp(serverId)) ?? this.#options.store.get(serverId)
  }

  async console(
    { serverId }: { serverId: string },
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<{ text: string; at: string | null }> {
    const server = allowed(this.#options.store, serverId, 'console')
    const { cloudServerId } = server
    if (cloudServerId === null) return { text: '', at: null }
    return this.#options.watch(server.cloudId, server.location, (provider) =>
      provider.instances.consoleOutput(
        server.location,
        cloudServerId,
        options.signal ? { signal: options.signal } : {},
      ),
    )
  }

  async reboot({
    serverId,
    mode = 'soft',
  }: {
    serverId: string
    mode?: 'soft' | 'hard' | undefined
  }): Promise<JobRef> {
    const server = allowed(this.#options.store, serverId, 'reboot')
    const { cloudServerId } = server
    if (cloudServerId !== null && mode === 'soft') {
      await this.#options.watch(server.cloudId, server.location, (provider) =>
        provider.instances.reboot(server.location, [cloudServerId]),
      )
    }
    await this.noteReboot(serverId, mode)
    return this.#follow(server, 'server.reboot', 'Reboot')
  }

  /** A soft reboot was asked of the cloud; a hard one is done from here. */
  async noteReboot(serverId: string, mode: 'soft' | 'hard'): Promise<void> {
    const server = allowed(this.#options.store, serverId, 'reboot')
    const refusal = mode === 'hard' ? hardRebootRefusal(server) : null
    if (refusal !== null) {
      throw new AppError(refusal.code, { message: `${serverName(server)}: ${refusal.sentence}` })
    }
    await this.#options.store.apply(serverId, (now) => askReboot(now, 'person', mode))
  }

  async suspend({ serverId }: { serverId: string }): Promise<JobRef> {
    return this.#follow(await this.askToSuspend(serverId), 'server.suspend', 'Suspend')
  }

  async askToSuspend(serverId: string): Promise<Server> {
    allowed(this.#options.store, serverId, 'suspend')
    return this.#options.store.apply(serverId, (now) => askSuspend(now, 'person', this.#now()))
  }

  async resume({ serverId }: { serverId: string }): Promise<JobRef> {
    return this.#follow(await this.askToResume(serverId), 'server.resume', 'Resume')
  }

  async askToResume(serverId: string): Promise<Server> {
    allowed(this.#options.store, serverId, 'resume')
    return this.#options.store.apply(serverId, (now) => askResume(now, this.#now()))
  }

  /** Gives up a launch that the cloud has not carried out; what the cloud made of it meanwhile is ended. */
  async cancel(input: {
    serverId: string
    decreaseMin?: boolean | undefined
    via?: 'ui' | 'api' | undefined
  }): Promise<Server> {
    const { store, decreaseMin, wake } = this.#options
    const server = allowed(store, input.serverId, 'cancel')
    if (input.decreaseMin) await decreaseMin(server, 1)
    const after = await store.apply(server.id, (now) =>
      askTerminate(now, input.via === 'ui' ? 'manual' : 'manual-api', 'person', this.#now()),
    )
    wake()
    return after
  }

  async terminate(input: {
    serverId: string
    force?: boolean | undefined
    decreaseMin?: boolean | undefined
    via?: 'ui' | 'api' | undefined
  }): Promise<JobRef> {
    const server = this.#endable(input)
    if (input.decreaseMin) await this.#options.decreaseMin(server, 1)
    await this.askToTerminate(input)
    return this.#follow(server, 'server.terminate', 'Terminate')
  }

  /** Graceful: the cloud is asked after the delay. Forced: at once, also when a graceful end is waited for already. */
  async askToTerminate(input: {
    serverId: string
    force?: boolean | undefined
    via?: 'ui' | 'api' | undefined
  }): Promise<Server> {
    const { store, terminateDelay } = this.#options
    const server = this.#endable(input)
    if (server.status === 'pending-terminate') return store.apply(server.id, askTerminateNow)
    const delayMs = terminateDelayMs(terminateDelay(server), {
      isForced: input.force === true,
      hasHooks: false,
      status: server.status,
    })
    return store.apply(server.id, (now) =>
      askTerminate(now, input.via === 'ui' ? 'manual' : 'manual-api', 'person', this.#now(), delayMs),
    )
  }

  #endable(input: { serverId: string; force?: boolean | undefined }): Server {
    const { store } = this.#options
    const isWaiting = input.force === true && store.get(input.serverId).status === 'pending-terminate'
    return allowed(store, input.serverId, isWaiting ? 'terminate-now' : 'terminate')
  }

  /** Tries a failed launch, or an initialisation that failed for good, again at once. */
  async retry({ serverId }: { serverId: string }): Promise<Server> {
    const server = allowed(this.#options.store, serverId, 'retry')
    await this.#options.resumeLaunches(server)
    const after = await this.#options.store.apply(server.id, (now) =>
      now.initFailedAt === null
        ? { server: { ...now, retryAt: null, attempts: 0 }, events: [] }
        : retryInit(now),
    )
    this.#options.wake()
    return after
  }

  async lock({ serverId, comment }: { serverId: string; comment: string }): Promise<Server> {
    const server = allowed(this.#options.store, serverId, 'lock')
    const at = new Date(this.#now()).toISOString()
    return this.#options.store.apply(server.id, (now) => ({
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
    const server = allowed(this.#options.store, serverId, 'unlock')
    const after = await this.#options.store.apply(server.id, (now) => ({
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
    this.#options.wake()
    return after
  }

  exec(
    input: {
      serverId: string
      argv: string[]
      stdinBase64?: string | undefined
      timeoutMs?: number | undefined
    },
    options: { signal: AbortSignal },
  ): AsyncIterable<ExecMessage> {
    return this.#options.exec(allowed(this.#options.store, input.serverId, 'connect'), input, options)
  }

  async hostKey({ serverId }: { serverId: string }): Promise<HostKey | null> {
    return (await this.#options.hostKeyOf(serverId)) ?? null
  }

  async #follow(server: Server, kind: JobKind, verb: string): Promise<JobRef> {
    const { jobs, wake } = this.#options
    const job = await jobs.follow(kind, { kind: 'server', id: server.id }, `${verb} ${serverName(server)}`)
    wake()
    return { jobId: job.id }
  }

  #now(): number {
    return this.#options.clock.now()
  }
}
