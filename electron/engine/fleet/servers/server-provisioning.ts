import pLimit from 'p-limit'
import { AppError, toAppError } from '../../../../shared/model/errors.ts'
import type { FarmRole } from '../../../../shared/model/farm-roles.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import {
  isLacking,
  type Provision,
  provisionBegan,
  provisioned,
  provisionFailed,
  provisioningDue,
  type ProvisioningTime,
  provisioningTime,
} from '../../../../shared/logic/servers/server-provisioning.ts'
import type { CloudProvider } from '../../clouds/index.ts'
import type { Clock, Log } from '../../ports.ts'
import type { ServerStore } from '../../records/servers/index.ts'

interface Design {
  farm: Farm
  role: FarmRole
}

/** What a provisioner works with. */
export interface ProvisionContext extends Design {
  server: Server
  provider: CloudProvider
  /** Aborted when the server is past the time for it, when it takes far too long, or when the engine stops. */
  signal: AbortSignal
}

/** Gives servers something of their design. */
export interface Provisioner extends Provision {
  /**
   * Makes it so. Idempotent: after a failure or a restart of the engine it is called again. Throws an AppError that says what
   * is in the way; before a server runs, one that is not retryable makes it Failed. Ends soon once the signal is aborted.
   */
  provision(context: ProvisionContext): Promise<void>
}

interface ServerProvisioningOptions {
  /** Those of one server work in this order. */
  provisioners: readonly Provisioner[]
  servers: ServerStore
  farms: { find(id: string): Farm | undefined }
  clock: Clock
  log: Log
}

/** So many servers are worked on at a time, none longer than `tryMs`; between two tries is a pause that grows. */
const PACE = {
  'before-running': { atOnce: 64, tryMs: 900_000, firstPauseMs: 1_000, longestPauseMs: 60_000 },
  'while-running': { atOnce: 16, tryMs: 120_000, firstPauseMs: 2_000, longestPauseMs: 300_000 },
} as const satisfies Record<ProvisioningTime, unknown>

/** What is to be done to one server. */
interface Work {
  serverId: string
  time: ProvisioningTime
  /** What it is tried for: another design is tried at once. */
  role: FarmRole
  provider: CloudProvider
  sshAnswers: boolean
}

interface Going extends Work {
  /** It waits for its turn or works; otherwise it rests until then. */
  isBusy: boolean
  abort: AbortController
  /** How often it was tried without an end. */
  tries: number
  restsUntilMs: number
}

/**
 * Gives servers what their design says, before they run and while they do, level by level: each pass shows what a server
 * lacks, and that is given beside the passes. A server that is as designed costs no call, and none holds up another or the
 * lane that began it.
 */
export class ServerProvisioning {
  readonly #options: ServerProvisioningOptions
  readonly #going = new Map<string, Going>()
  readonly #turns = {
    'before-running': pLimit(PACE['before-running'].atOnce),
    'while-running': pLimit(PACE['while-running'].atOnce),
  }
  readonly #running = new Set<Promise<void>>()
  #isStopped = false

  constructor(options: ServerProvisioningOptions) {
    this.#options = options
  }

  /** What an initializing server still needs before it counts as running. */
  left(server: Server): Provisioner[] {
    const role = this.#designOf(server)?.role
    if (!role) return []
    return this.#options.provisioners.filter((one) => isLacking(server, role, one, 'before-running'))
  }

  /** Begins what is due for servers that were just looked at, and answers at once. */
  begin(seen: readonly Server[], provider: CloudProvider, sshAnswers: boolean): void {
    if (this.#isStopped) return
    const { provisioners } = this.#options
    // Thousands of servers that are as designed pass here each time: their state of a moment ago decides well enough.
    const designs = new Map<string, Design>()
    for (const server of seen) {
      const { id: serverId, farmRoleId } = server
      let design = designs.get(farmRoleId)
      if (!design) {
        design = this.#designOf(server)
        if (!design) continue
        designs.set(farmRoleId, design)
      }
      const { farm, role } = design
      const time = provisioningTime(server, farm)
      if (time === null) continue
      const due = provisioningDue(server, role, provisioners, time, sshAnswers)
      if (due === 'now') this.#begin({ serverId, time, role, provider, sshAnswers })
      else if (due === 'never' && this.#going.size > 0) this.#forget(serverId)
    }
  }

  /** Ends the work for servers that are past the time for it. */
  endOthers(): void {
    for (const going of this.#going.values()) {
      if (!this.#current(going)) this.#end(going)
    }
  }

  /** Ends all work and resolves when it has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const going of this.#going.values()) this.#end(going)
    await Promise.allSettled(this.#running)
  }

  #designOf(server: Server): Design | undefined {
    const farm = this.#options.farms.find(server.farmId)
    const role = farm?.roles.find(({ id }) => id === server.farmRoleId)
    return farm && role ? { farm, role } : undefined
  }

  #begin(work: Work): void {
    const { serverId, time, role } = work
    const before = this.#going.get(serverId)
    if (before?.isBusy === true) return
    const isSame = before?.time === time && before.role === role
    if (isSame && this.#options.clock.monotonic() < before.restsUntilMs) return
    const going: Going = {
      ...work,
      isBusy: true,
      abort: new AbortController(),
      tries: isSame ? before.tries : 0,
      restsUntilMs: 0,
    }
    this.#going.set(serverId, going)
    const turn = this.#turns[time](() => this.#work(going)).finally(() => this.#running.delete(turn))
    this.#running.add(turn)
  }

  #forget(serverId: string): void {
    if (this.#going.get(serverId)?.isBusy === false) this.#going.delete(serverId)
  }

  #end(going: Going): void {
    const message = 'The work on the server was interrupted.'
    going.abort.abort(new AppError('job.interrupted', { message, retryable: true }))
    this.#going.delete(going.serverId)
  }

  async #work(going: Going): Promise<void> {
    const { clock, log } = this.#options
    const { serverId, time, abort } = going
    // Given up while it waited for its turn.
    if (abort.signal.aborted) return
    const { tryMs, firstPauseMs, longestPauseMs } = PACE[time]
    const over = new AbortController()
    const late = new AbortController()
    clock.sleep(tryMs, over.signal).then(
      () => late.abort(tooSlow(tryMs)),
      () => undefined,
    )
    let isDone = false
    try {
      isDone = await this.#provisionAll(going, AbortSignal.any([abort.signal, late.signal]))
    } catch (thrown) {
      log.error({ err: thrown, serverId }, 'what was done to a server could not be written down')
    }
    over.abort()
    going.isBusy = false
    going.tries += 1
    going.restsUntilMs = clock.monotonic() + Math.min(firstPauseMs * 2 ** (going.tries - 1), longestPauseMs)
    // Before it runs, what is done is marked as done; later only the next look at the cloud tells that it is.
    if (isDone && time === 'before-running' && !abort.signal.aborted) this.#going.delete(serverId)
  }

  /** Answers whether all that is due is done. */
  async #provisionAll(going: Going, signal: AbortSignal): Promise<boolean> {
    let isDone = true
    for (const provisioner of this.#options.provisioners) {
      if (await this.#provision(going, provisioner, signal)) continue
      isDone = false
      // Before it runs, the next builds on it; later, one that fails keeps none of the others from being done.
      if (going.time === 'before-running') break
    }
    return isDone
  }

  async #provision(going: Going, provisioner: Provisioner, signal: AbortSignal): Promise<boolean> {
    const { servers, clock, log } = this.#options
    const { serverId, time, provider, sshAnswers, abort } = going
    const current = this.#current(going)
    if (abort.signal.aborted || !current) return false
    const { farm, role } = current
    if (provisioningDue(current.server, role, [provisioner], time, sshAnswers) !== 'now') return true
    try {
      signal.throwIfAborted()
      const server = await servers.apply(serverId, (now) => provisionBegan(now, provisioner))
      if (isLacking(server, role, provisioner, time)) {
        await orAborted(provisioner.provision({ server, farm, role, provider, signal }), signal)
      }
      await servers.apply(serverId, (now) => provisioned(now, provisioner))
      return true
    } catch (thrown) {
      // What ends with its time, or with the engine, is no failure of the server.
      if (abort.signal.aborted || !this.#current(going)) return false
      const error = toAppError(thrown)
      if (error.code === 'internal') {
        log.error({ err: thrown, serverId, provisioner: provisioner.name }, 'a provisioner failed')
      }
      await servers.apply(serverId, (now) => provisionFailed(now, provisioner, error, clock.now()))
      return false
    }
  }

  /** The server and its design as they are now, while it is still the time for the work. */
  #current({ serverId, time }: Going): (Design & { server: Server }) | undefined {
    const server = this.#options.servers.find(serverId)
    const design = server && this.#designOf(server)
    if (!design || provisioningTime(server, design.farm) !== time) return undefined
    return { server, ...design }
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

function tooSlow(tryMs: number): AppError {
  return new AppError('ssh.closed', {
    message: `It took longer than ${tryMs / 60_000} minutes and is tried again.`,
    retryable: true,
  })
}
