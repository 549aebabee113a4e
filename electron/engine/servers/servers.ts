import { AppError } from '../../../shared/model/errors.ts'
import type { ExecMessage } from '../../../shared/contract/servers.contract.ts'
import type { Farm } from '../../../shared/model/farms.ts'
import type { JobKind, JobRef } from '../../../shared/model/jobs.ts'
import type { Server, ServerAction, ServerStatus } from '../../../shared/model/servers.ts'
import type { HostKey } from '../../../shared/model/ssh-keys.ts'
import { whyNot } from '../../../shared/logic/server-actions.ts'
import {
  askReboot,
  askResume,
  askSuspend,
  askTerminate,
  type LifeStep,
  serverName,
} from '../../../shared/logic/server-life.ts'
import type { CloudProvider } from '../clouds/index.ts'
import type { Jobs } from '../jobs/index.ts'
import type { Clock } from '../ports.ts'
import type { ServerStore } from './server-store.ts'

/** Runs a program on a server and gives its output as it comes. */
export type ServerExec = (
  server: Server,
  request: { argv: string[]; stdinBase64?: string | undefined; timeoutMs?: number | undefined },
  options: { signal: AbortSignal },
) => AsyncIterable<ExecMessage>

interface ServersOptions {
  store: ServerStore
  jobs: Jobs
  clock: Clock
  watch: <T>(cloudId: string, location: string, call: (provider: CloudProvider) => Promise<T>) => Promise<T>
  exec: ServerExec
  hostKeyOf: (serverId: string) => Promise<HostKey | undefined>
  findFarm: (nameOrId: string) => Farm | undefined
  decreaseMin: (server: Server) => Promise<void>
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
    const server = this.#allowed(serverId, 'console')
    const { cloudServerId } = server
    if (cloudServerId === null) return { text: '', at: null }
    return this.#options.watch(server.cloudId, server.location, (provider) =>
      provider.consoleOutput(
        server.location,
        cloudServerId,
        options.signal ? { signal: options.signal } : {},
      ),
    )
  }

  async reboot({ serverId }: { serverId: string }): Promise<JobRef> {
    const server = this.#allowed(serverId, 'reboot')
    const { cloudServerId } = server
    if (cloudServerId !== null) {
      await this.#options.watch(server.cloudId, server.location, (provider) =>
        provider.reboot(server.location, [cloudServerId]),
      )
    }
    return this.#act(server, 'server.reboot', 'Reboot', (now) => askReboot(now, 'person'))
  }

  async suspend({ serverId }: { serverId: string }): Promise<JobRef> {
    const server = this.#allowed(serverId, 'suspend')
    return this.#act(server, 'server.suspend', 'Suspend', (now) => askSuspend(now, 'person', this.#now()))
  }

  async resume({ serverId }: { serverId: string }): Promise<JobRef> {
    const server = this.#allowed(serverId, 'resume')
    return this.#act(server, 'server.resume', 'Resume', (now) => askResume(now, this.#now()))
  }

  /** Without scripts on the server there is nothing to wait for, so a graceful end comes at once (reference 1.5, `auto`). */
  async terminate(input: {
    serverId: string
    force?: boolean | undefined
    decreaseMin?: boolean | undefined
  }): Promise<JobRef> {
    const server = this.#allowed(input.serverId, 'terminate')
    if (input.decreaseMin) await this.#options.decreaseMin(server)
    return this.#act(server, 'server.terminate', 'Terminate', (now) =>
      askTerminate(now, 'manual', 'person', this.#now()),
    )
  }

  async retry({ serverId }: { serverId: string }): Promise<Server> {
    const server = this.#allowed(serverId, 'retry')
    await this.#options.resumeLaunches(server)
    const after = await this.#options.store.apply(server.id, (now) => ({
      server: { ...now, retryAt: null, attempts: 0 },
      events: [],
    }))
    this.#options.wake()
    return after
  }

  async lock({ serverId, comment }: { serverId: string; comment: string }): Promise<Server> {
    const server = this.#allowed(serverId, 'lock')
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
    const server = this.#allowed(serverId, 'unlock')
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
    return this.#options.exec(this.#allowed(input.serverId, 'connect'), input, options)
  }

  async hostKey({ serverId }: { serverId: string }): Promise<HostKey | null> {
    return (await this.#options.hostKeyOf(serverId)) ?? null
  }

  async #act(server: Server, kind: JobKind, verb: string, step: (now: Server) => LifeStep): Promise<JobRef> {
    const { store, jobs, wake } = this.#options
    await store.apply(server.id, step)
    const job = await jobs.follow(kind, { kind: 'server', id: server.id }, `${verb} ${serverName(server)}`)
    wake()
    return { jobId: job.id }
  }

  /** Throws `server.locked` or `server.wrong_status` with the reason. */
  #allowed(serverId: string, action: ServerAction): Server {
    const server = this.#options.store.get(serverId)
    const answer = whyNot(server, action)
    if (answer === true) return server
    throw new AppError(answer.startsWith('Locked') ? 'server.locked' : 'server.wrong_status', {
      message: `${serverName(server)}: ${answer}`,
    })
  }

  #now(): number {
    return this.#options.clock.now()
  }
}
