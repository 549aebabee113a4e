import pLimit from 'p-limit'
import type { Server } from '../../../../shared/model/servers.ts'
import { rebootTimedOut } from '../../../../shared/logic/servers/reboot-timeout.ts'
import { sshAnswered, sshIsLate } from '../../../../shared/logic/servers/server-contact.ts'
import type { CloudProvider } from '../../clouds/index.ts'
import type { Clock } from '../../ports.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { probeSsh, ServerProvisioning } from '../servers/index.ts'
import type { LifePolicies } from './life-policies.ts'

interface SshWatchOptions {
  servers: ServerStore
  provisioning: Pick<ServerProvisioning, 'begin' | 'left' | 'endOthers'>
  policies: LifePolicies
  probeSsh: typeof probeSsh
  clock: Clock
}

/** How long one look for SSH may take. */
const PROBE_MS = 3_000
const PROBES_AT_ONCE = 64
/** A rebooting server still answers for a moment; only later answers count. */
const REBOOT_SETTLE_MS = 3_000

/** Looks for SSH where it is waited for. What can be given to a server before it runs is begun here. */
export class SshWatch {
  readonly #options: SshWatchOptions
  readonly #rebootSeenMs = new Map<string, number>()

  constructor(options: SshWatchOptions) {
    this.#options = options
  }

  /** One look at the servers of a location. */
  async look(own: readonly Server[], provider: CloudProvider): Promise<void> {
    const { servers, clock, probeSsh, provisioning, policies } = this.#options
    provisioning.endOthers()
    const waiting = own.filter((server) => this.#waitsForSsh(server))
    provisioning.begin(waiting, provider, false)
    await pLimit(PROBES_AT_ONCE).map(waiting, async (server) => {
      const answers = server.ssh ? await probeSsh(server.ssh, PROBE_MS) : false
      const now = servers.find(server.id)
      if (!now) return
      const policy = policies.of(now)
      if (!answers && now.rebooting) await this.#waitForReboot(now)
      if (answers) provisioning.begin([now], provider, true)
      const isPrepared = now.status !== 'initializing' || provisioning.left(now).length === 0
      if (isPrepared) {
        await servers.apply(now.id, (then) => sshAnswered(then, answers ? 'yes' : 'no', clock.now(), policy))
      } else if (!answers) await servers.apply(now.id, (then) => sshIsLate(then, clock.now(), policy))
    })
  }

  #waitsForSsh(server: Server): boolean {
    if (server.status === 'running' && server.rebooting) {
      const nowMs = this.#options.clock.monotonic()
      const sinceMs = this.#rebootSeenMs.get(server.id)
      if (sinceMs === undefined) this.#rebootSeenMs.set(server.id, nowMs)
      return sinceMs !== undefined && nowMs - sinceMs > REBOOT_SETTLE_MS
    }
    this.#rebootSeenMs.delete(server.id)
    if (server.instanceState !== 'running' || server.initFailedAt !== null) return false
    return server.status === 'initializing' || server.status === 'resuming'
  }

  /** A reboot that takes too long is given up. */
  async #waitForReboot(server: Server): Promise<void> {
    const seconds = this.#options.policies.rebootSecondsOf(server)
    const sinceMs = this.#rebootSeenMs.get(server.id)
    if (seconds === undefined || sinceMs === undefined) return
    if (this.#options.clock.monotonic() - sinceMs < seconds * 1000) return
    this.#rebootSeenMs.delete(server.id)
    await this.#options.servers.apply(server.id, (now) => rebootTimedOut(now, seconds))
  }
}
