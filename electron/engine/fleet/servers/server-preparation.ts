import pLimit from 'p-limit'
import { AppError, toAppError } from '../../../../shared/model/errors.ts'
import type { FarmRole } from '../../../../shared/model/farm-roles.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import {
  preparationFailed,
  prepared,
  preparing,
} from '../../../../shared/logic/servers/server-preparations.ts'
import type { CloudProvider } from '../../clouds/index.ts'
import type { Clock, Log } from '../../ports.ts'
import type { ServerStore } from '../../records/servers/index.ts'

/** What a preparation works with. */
export interface PreparationContext {
  server: Server
  farm: Farm
  role: FarmRole
  provider: CloudProvider
  /** Aborted when the server is no longer initializing, when it takes far too long, or when the engine stops. */
  signal: AbortSignal
}

/** Something that a server needs between the first contact and Running (reference 5.8). */
export interface Preparation {
  /** Unique; kept on the server once it is done. */
  readonly name: string
  /** What the server waits for meanwhile, in a few words: `its volumes`. */
  readonly waitingFor: string
  /** Whether it can begin as soon as the instance runs, or needs SSH to answer first. */
  readonly needs: 'instance' | 'ssh'
  applies(server: Server, farm: Farm, role: FarmRole): boolean
  /**
   * Does it. Idempotent: after a failure or a restart of the engine it is called again. Throws a retryable AppError for what
   * may heal by itself, and any other when a person has to see to it. Ends soon once the signal is aborted.
   */
  prepare(context: PreparationContext): Promise<void>
}

interface ServerPreparationsOptions {
  servers: ServerStore
  farms: { find(id: string): Farm | undefined }
  clock: Clock
  log: Log
}

/** So many servers are prepared at a time… */
const AT_ONCE = 64
/** …and none holds its place longer than this. */
const TRY_MS = 900_000
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/** A key that the server does not know yet is known once its first boot went on. */
const MAY_HEAL: ReadonlySet<string> = new Set(['ssh.auth', 'job.interrupted'])

interface Going {
  abort: AbortController
  /** It waits for its turn or works; otherwise it rests until then. */
  isBusy: boolean
  failures: number
  restsUntilMs: number
}

/**
 * Runs the preparations of servers beside the reconciler: each server's in order, several servers at a time, and none holds
 * up another or the lane that started it.
 */
export class ServerPreparations {
  readonly #options: ServerPreparationsOptions
  readonly #preparations: Preparation[] = []
  readonly #going = new Map<string, Going>()
  readonly #turn = pLimit(AT_ONCE)
  readonly #running = new Set<Promise<void>>()
  #isStopped = false

  constructor(options: ServerPreparationsOptions) {
    this.#options = options
  }

  /** Adds a preparation; they run in the order in which they were added. */
  add(preparation: Preparation): void {
    this.#preparations.push(preparation)
  }

  /** What the server still needs before it counts as running. */
  left(server: Server): Preparation[] {
    if (this.#preparations.length === 0) return []
    const farm = this.#options.farms.find(server.farmId)
    const role = farm?.roles.find(({ id }) => id === server.farmRoleId)
    if (!farm || !role) return []
    return this.#preparations.filter(
      (preparation) => !server.prepared.includes(preparation.name) && preparation.applies(server, farm, role),
    )
  }

  /** Begins what is due for an initializing server, and answers at once. */
  begin(server: Server, provider: CloudProvider, sshAnswers: boolean): void {
    if (this.#isStopped || server.status !== 'initializing' || server.initFailedAt !== null) return
    const left = this.left(server)
    const due = left.filter(({ needs }) => needs === 'instance' || sshAnswers)
    if (due.length === 0) return
    const going = this.#going.get(server.id) ?? newGoing()
    if (going.isBusy || this.#options.clock.monotonic() < going.restsUntilMs) return
    going.isBusy = true
    going.abort = new AbortController()
    this.#going.set(server.id, going)
    const work = this.#turn(() => this.#work(server.id, going, due, provider)).finally(() =>
      this.#running.delete(work),
    )
    this.#running.add(work)
  }

  /** Ends the work for servers that no longer initialize. */
  endOthers(isInitializing: (serverId: string) => boolean): void {
    for (const [serverId, going] of this.#going) {
      if (isInitializing(serverId)) continue
      going.abort.abort(interrupted())
      this.#going.delete(serverId)
    }
  }

  /** Ends all work and resolves when it has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const going of this.#going.values()) going.abort.abort(interrupted())
    await Promise.allSettled(this.#running)
  }

  async #work(
    serverId: string,
    going: Going,
    due: readonly Preparation[],
    provider: CloudProvider,
  ): Promise<void> {
    const { servers, clock } = this.#options
    // Given up while it waited for its turn.
    if (going.abort.signal.aborted) return
    const over = new AbortController()
    clock.sleep(TRY_MS, over.signal).then(
      () => going.abort.abort(tooSlow()),
      () => undefined,
    )
    try {
      for (const preparation of due) await this.#prepare(serverId, preparation, provider, going.abort.signal)
      going.failures = 0
    } catch (thrown) {
      going.failures += 1
      if (servers.find(serverId)?.status === 'initializing' && !this.#isStopped) {
        await this.#fail(serverId, thrown, due)
      }
    } finally {
      over.abort()
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (going.failures - 1), LONGEST_PAUSE_MS)
      going.isBusy = false
      going.restsUntilMs = going.failures === 0 ? 0 : clock.monotonic() + pauseMs
    }
  }

  async #prepare(
    serverId: string,
    preparation: Preparation,
    provider: CloudProvider,
    signal: AbortSignal,
  ): Promise<void> {
    const { servers, farms } = this.#options
    signal.throwIfAborted()
    const server = await servers.apply(serverId, (now) => preparing(now, preparation.waitingFor))
    const farm = farms.find(server.farmId)
    const role = farm?.roles.find(({ id }) => id === server.farmRoleId)
    if (!farm || !role) return
    await orAborted(preparation.prepare({ server, farm, role, provider, signal }), signal)
    await servers.apply(serverId, (now) => prepared(now, preparation.name))
  }

  async #fail(serverId: string, thrown: unknown, due: readonly Preparation[]): Promise<void> {
    const { servers, clock, log } = this.#options
    const error = toAppError(thrown)
    if (error.code === 'internal') {
      log.error({ err: thrown, serverId, due: due.map(({ name }) => name) }, 'a preparation failed')
    }
    const canHeal = error.retryable || MAY_HEAL.has(error.code)
    await servers.apply(serverId, (now) => preparationFailed(now, { error, canHeal }, clock.now()))
  }
}

/** What the work answers, or the signal's reason once it is aborted. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const leave = (): void => reject(signal.reason as Error)
    if (signal.aborted) leave()
    signal.addEventListener('abort', leave, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}

function newGoing(): Going {
  return { abort: new AbortController(), isBusy: false, failures: 0, restsUntilMs: 0 }
}

function interrupted(): AppError {
  return new AppError('job.interrupted', {
    message: 'The initialisation was interrupted.',
    retryable: true,
  })
}

function tooSlow(): AppError {
  return new AppError('ssh.closed', {
    message: `The preparation did not end within ${TRY_MS / 60_000} minutes and is begun again.`,
    retryable: true,
  })
}
