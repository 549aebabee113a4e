import type { Cause, NewEvent } from '../../../../shared/model/events.ts'
import { AppError } from '../../../../shared/model/errors.ts'
import type { ServerId } from '../../../../shared/model/ids.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import type { LifeEvent, LifeStep } from '../../../../shared/logic/servers/server-steps.ts'
import type { Events } from '../events/index.ts'

/** Terminated servers that stay in memory and in lists. */
const KEEP_TERMINATED = 500

/** Events that carry what was wrong with the server. */
const TELLS_ERROR: ReadonlySet<string> = new Set([
  'InstanceLaunchFailed',
  'HostUp',
  'HostInitFailed',
  'SuspendRefused',
  'ResumeRefused',
  'RebootRefused',
])

/** Where servers and what happened to them are kept; both are written in one transaction. */
interface ServerRepository {
  /** All that are not terminated, and the newest terminated ones. */
  recent(terminatedCount: number): Promise<Server[]>
  find(id: string): Promise<Server | undefined>
  putMany(servers: readonly Server[], events: readonly NewEvent[]): Promise<void>
}

interface ServerStoreOptions {
  repository: ServerRepository
  events: Events
  /** Told after the changes are on disk. */
  onChange: (changed: readonly Server[], forgotten: readonly ServerId[]) => void
}

interface Waiting {
  ids: Set<string>
  events: NewEvent[]
  done: Promise<void>
}

/**
 * The servers that matter now, in memory, written through to the ledger. Changes made in the same turn of the event loop
 * share one transaction. A returned promise means: on disk.
 */
export class ServerStore {
  readonly #options: ServerStoreOptions
  readonly #servers = new Map<string, Server>()
  readonly #byFarm = new Map<string, Set<string>>()
  #waiting: Waiting | undefined
  #unsaved: { ids: readonly string[]; events: readonly NewEvent[] } = { ids: [], events: [] }
  #tail: Promise<void> = Promise.resolve()

  constructor(options: ServerStoreOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const servers = await this.#options.repository.recent(KEEP_TERMINATED)
    for (const server of servers) this.#set(server)
    this.#options.onChange(servers, [])
  }

  all(): IterableIterator<Server> {
    return this.#servers.values()
  }

  ofFarm(farmId: string): Server[] {
    const ids = this.#byFarm.get(farmId)
    if (!ids) return []
    return [...ids].flatMap((id) => this.#servers.get(id) ?? [])
  }

  /** Whether a server of the farm role has this index and is not on its way out. */
  holdsIndex(farmRoleId: string, index: number): boolean {
    for (const server of this.#servers.values()) {
      if (server.farmRoleId !== farmRoleId || server.index !== index) continue
      if (server.status !== 'terminated' && server.status !== 'pending-terminate') return true
    }
    return false
  }

  find(id: string): Server | undefined {
    return this.#servers.get(id)
  }

  /** Throws `input.not_found`. */
  get(id: string): Server {
    const server = this.#servers.get(id)
    if (!server) throw new AppError('input.not_found', { message: `There is no server ${id}.` })
    return server
  }

  /** A server that may be older than what is in memory. */
  async lookUp(id: string): Promise<Server | undefined> {
    return this.#servers.get(id) ?? (await this.#options.repository.find(id))
  }

  /**
   * Changes one server by a pure step on its newest state. Nothing is written when the step answers the same object.
   * Resolves when it is on disk, with the server as it is then. `causedBy` led to what the step tells.
   */
  async apply(
    id: string,
    step: (server: Server) => LifeStep,
    causedBy: Cause | null = null,
  ): Promise<Server> {
    const before = this.#servers.get(id)
    if (!before) throw new AppError('input.not_found', { message: `There is no server ${id}.` })
    const { server, events } = step(before)
    if (server === before && events.length === 0) return before
    this.#set(server)
    await this.#write([server], this.#events(server, events, causedBy))
    return server
  }

  /** Adds servers, or changes facts that are no event. */
  async put(
    servers: readonly Server[],
    events: readonly { server: Server; event: LifeEvent }[] = [],
    causedBy: Cause | null = null,
  ): Promise<void> {
    if (servers.length === 0) return
    for (const server of servers) this.#set(server)
    await this.#write(
      servers,
      events.flatMap(({ server, event }) => this.#events(server, [event], causedBy)),
    )
  }

  /** Resolves when everything asked so far is on disk. */
  async settled(): Promise<void> {
    await this.#tail
  }

  #set(server: Server): void {
    this.#servers.set(server.id, server)
    const ids = this.#byFarm.get(server.farmId)
    if (ids) ids.add(server.id)
    else this.#byFarm.set(server.farmId, new Set([server.id]))
  }

  #events(server: Server, events: readonly LifeEvent[], causedBy: Cause | null): NewEvent[] {
    const { farmId, farmRoleId, id: serverId, farm, alias, index, cloudServerId } = server
    return events.map(({ kind, message, reason, firedBy, data }) =>
      this.#options.events.told(kind, message, {
        ...{ farmId, farmRoleId, serverId, reason, firedBy, causedBy },
        data: { farm, alias, index, cloudServerId, ...data },
        error: TELLS_ERROR.has(kind) ? server.error : null,
      }),
    )
  }

  #write(servers: readonly Server[], events: readonly NewEvent[]): Promise<void> {
    let waiting = this.#waiting
    if (!waiting) {
      const made: Waiting = { ids: new Set(), events: [], done: Promise.resolve() }
      made.done = this.#tail.catch(() => undefined).then(() => this.#flush(made))
      this.#tail = made.done.catch(() => undefined)
      this.#waiting = made
      waiting = made
    }
    for (const server of servers) waiting.ids.add(server.id)
    waiting.events.push(...events)
    return waiting.done
  }

  async #flush(waiting: Waiting): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve))
    if (this.#waiting === waiting) this.#waiting = undefined
    const ids = new Set([...this.#unsaved.ids, ...waiting.ids])
    const events = [...this.#unsaved.events, ...waiting.events]
    const servers = [...ids].flatMap((id) => this.#servers.get(id) ?? [])
    try {
      await this.#options.repository.putMany(servers, events)
      this.#unsaved = { ids: [], events: [] }
    } catch (thrown) {
      // Memory is ahead of the disk now: the next write takes these along.
      this.#unsaved = { ids: [...ids], events }
      throw thrown
    }
    this.#options.onChange(servers, this.#forget())
  }

  /** Lets go of the oldest terminated servers; the ledger keeps them. */
  #forget(): ServerId[] {
    if (this.#servers.size < KEEP_TERMINATED * 2) return []
    const terminated = [...this.#servers.values()].filter((server) => server.status === 'terminated')
    if (terminated.length < KEEP_TERMINATED * 2) return []
    terminated.sort((a, b) => (a.terminatedAt ?? '').localeCompare(b.terminatedAt ?? ''))
    const old = terminated.slice(0, terminated.length - KEEP_TERMINATED)
    for (const server of old) {
      this.#servers.delete(server.id)
      this.#byFarm.get(server.farmId)?.delete(server.id)
    }
    return old.map((server) => server.id)
  }
}
