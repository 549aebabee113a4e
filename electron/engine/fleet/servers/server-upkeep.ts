import pLimit from 'p-limit'
import { AppError, toAppError } from '../../../../shared/model/errors.ts'
import type { FarmRole } from '../../../../shared/model/farm-roles.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { isFollowed, kept, notKept } from '../../../../shared/logic/servers/server-upkeep.ts'
import type { CloudProvider } from '../../clouds/index.ts'
import type { Clock, Log } from '../../ports.ts'
import type { PreparationContext } from './server-preparation.ts'
import type { ServerStore } from '../../records/servers/index.ts'

/** Something of its design that a running server is held to: groups, address, host name (reference 3.4, 3.6, 7.4). */
export interface Upkeep {
  readonly name: string
  /** What the server gets, in a few words: `its Elastic IP`. */
  readonly what: string
  /** Whether the server is as its design says, by what is known of it: every pass asks this of every server. */
  isKept(server: Server, role: FarmRole): boolean
  /** Makes it so. Idempotent; throws an AppError that says what is in the way, and is called again later. */
  keep(context: PreparationContext): Promise<void>
}

interface ServerUpkeepOptions {
  servers: ServerStore
  farms: { find(id: string): Farm | undefined }
  clock: Clock
  log: Log
}

const AT_ONCE = 16
/** None holds its place longer than this. */
const TRY_MS = 120_000
const FIRST_PAUSE_MS = 2_000
const LONGEST_PAUSE_MS = 300_000

/** What is due for one server, and how often it was tried without success. */
interface Going {
  isWorking: boolean
  tries: number
  restsUntilMs: number
  /** What was tried for: another design is tried at once. */
  role: FarmRole
}

/**
 * Holds running servers to their design, level by level: each pass shows what a server lacks, and that is mended beside the
 * passes. A server that is as designed costs no call.
 */
export class ServerUpkeep {
  readonly #options: ServerUpkeepOptions
  readonly #upkeeps: Upkeep[] = []
  readonly #going = new Map<string, Going>()
  readonly #turn = pLimit(AT_ONCE)
  readonly #running = new Set<Promise<void>>()
  readonly #stop = new AbortController()

  constructor(options: ServerUpkeepOptions) {
    this.#options = options
  }

  /** Adds an upkeep; those of one server run in the order in which they were added. */
  add(upkeep: Upkeep): void {
    this.#upkeeps.push(upkeep)
  }

  /** Begins what is due for the servers of a location that was just read, and answers at once. */
  begin(own: readonly Server[], provider: CloudProvider): void {
    if (this.#stop.signal.aborted) return
    const roles = new Map<string, FarmRole | undefined>()
    // Thousands of servers that are as designed pass here each time: their state of a moment ago decides well enough.
    for (const server of own) {
      let role = roles.get(server.farmRoleId)
      if (role === undefined && !roles.has(server.farmRoleId)) {
        role = this.#roleOf(server)
        roles.set(server.farmRoleId, role)
      }
      if (role && this.#isDue(server, role)) this.#begin(server, role, provider)
      else if (this.#going.size > 0) this.#forget(server.id)
    }
  }

  /** Ends all work and resolves when it has ended. */
  async stop(): Promise<void> {
    this.#stop.abort(
      new AppError('job.interrupted', { message: 'Farmhand is being closed.', retryable: true }),
    )
    await Promise.allSettled(this.#running)
  }

  /** The farm role of a server whose farm runs. */
  #roleOf(server: Server): FarmRole | undefined {
    const farm = this.#options.farms.find(server.farmId)
    if (farm?.state.status !== 'running') return undefined
    return farm.roles.find(({ id }) => id === server.farmRoleId)
  }

  #isDue(server: Server, role: FarmRole): boolean {
    if (!isFollowed(server)) return false
    if (server.unkept !== undefined && server.unkept.length > 0) return true
    for (const upkeep of this.#upkeeps) if (!upkeep.isKept(server, role)) return true
    return false
  }

  #forget(serverId: string): void {
    if (this.#going.get(serverId)?.isWorking === false) this.#going.delete(serverId)
  }

  #begin(server: Server, role: FarmRole, provider: CloudProvider): void {
    const before = this.#going.get(server.id)
    if (before?.isWorking) return
    const going =
      before?.role === role ? before : { isWorking: false, tries: 0, restsUntilMs: -Infinity, role }
    if (this.#options.clock.monotonic() < going.restsUntilMs) return
    going.isWorking = true
    this.#going.set(server.id, going)
    const work = this.#turn(() => this.#work(server.id, going, provider)).finally(() =>
      this.#running.delete(work),
    )
    this.#running.add(work)
  }

  async #work(serverId: string, going: Going, provider: CloudProvider): Promise<void> {
    const { clock, log } = this.#options
    const over = new AbortController()
    const late = new AbortController()
    clock.sleep(TRY_MS, over.signal).then(
      () => late.abort(tooSlow()),
      () => undefined,
    )
    try {
      const signal = AbortSignal.any([late.signal, this.#stop.signal])
      for (const upkeep of this.#upkeeps) await this.#keep(serverId, upkeep, provider, signal)
    } catch (thrown) {
      log.error({ err: thrown, serverId }, 'the upkeep of a server failed')
    } finally {
      over.abort()
      going.isWorking = false
      going.tries += 1
      going.restsUntilMs =
        clock.monotonic() + Math.min(FIRST_PAUSE_MS * 2 ** (going.tries - 1), LONGEST_PAUSE_MS)
    }
  }

  /** One that fails keeps none of the others from being done. */
  async #keep(serverId: string, upkeep: Upkeep, provider: CloudProvider, signal: AbortSignal): Promise<void> {
    const { servers, farms, log } = this.#options
    const server = servers.find(serverId)
    const farm = server && farms.find(server.farmId)
    const role = server && this.#roleOf(server)
    if (!server || !farm || !role || !isFollowed(server) || this.#stop.signal.aborted) return
    try {
      if (!upkeep.isKept(server, role)) {
        signal.throwIfAborted()
        await upkeep.keep({ server, farm, role, provider, signal })
      }
      await servers.apply(serverId, (now) => kept(now, upkeep.name))
    } catch (thrown) {
      // What the engine's own end interrupts is no failure of the server.
      if (this.#stop.signal.aborted) return
      const error = toAppError(thrown)
      if (error.code === 'internal')
        log.error({ err: thrown, serverId, upkeep: upkeep.name }, 'upkeep failed')
      await servers.apply(serverId, (now) => notKept(now, upkeep.name, upkeep.what, error))
    }
  }
}

function tooSlow(): AppError {
  return new AppError('ssh.closed', {
    message: `It took longer than ${TRY_MS / 60_000} minutes and is tried again.`,
    retryable: true,
  })
}
