import pLimit from 'p-limit'
import type { HealthRule } from '../../../../shared/model/farm-roles.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import {
  checked,
  type HealthRecord,
  healthVerdict,
  isWatched,
  replaceUnhealthy,
  unhealthy,
  watched,
} from '../../../../shared/logic/farms/health-rule.ts'
import { askReboot } from '../../../../shared/logic/servers/server-asks.ts'
import type { CloudProvider } from '../../clouds/index.ts'
import type { Clock, Log } from '../../ports.ts'
import type { ServerStore } from '../../records/servers/index.ts'

interface HealthChecksOptions {
  servers: ServerStore
  farms: { find(id: string): Farm | undefined }
  clock: Clock
  log: Log
  probeSsh: (address: { host: string; port: number }, timeoutMs: number) => Promise<boolean>
}

/** Between two checks of a server. */
const EVERY_MS = 30_000
const PROBE_MS = 5_000
const AT_ONCE = 16

/** On its way, or leaving: its farm role is not asked to give up another one meanwhile. */
const ON_ITS_WAY: ReadonlySet<string> = new Set([
  'pending-launch',
  'pending',
  'initializing',
  'resuming',
  'pending-terminate',
])

/**
 * Checks the running servers of farm roles that have a health rule, and does what the rule says. Checks run beside the passes;
 * what they showed is forgotten when time jumped, so that nothing old decides. A farm role gives up one server at a time: when
 * all fail at once, the way to them is more likely broken than they are.
 */
export class HealthChecks {
  readonly #options: HealthChecksOptions
  readonly #records = new Map<string, HealthRecord>()
  readonly #lanes = new Map<string, { nextMs: number; going: Promise<void> | null }>()
  #generation = 0

  constructor(options: HealthChecksOptions) {
    this.#options = options
  }

  /** Begins a round for the servers of a location that was just read, when one is due; answers at once. */
  begin(cloudId: string, location: string, own: readonly Server[], provider: CloudProvider): void {
    const { clock, log } = this.#options
    const key = `${cloudId}/${location}`
    const lane = this.#lanes.get(key) ?? { nextMs: 0, going: null }
    if (lane.going !== null || clock.monotonic() < lane.nextMs) return
    const due = own.flatMap((server) => {
      const rule = server.status === 'running' ? this.#ruleOf(server) : undefined
      return rule && isWatched(server, rule) ? [server] : []
    })
    if (due.length === 0) return
    lane.nextMs = clock.monotonic() + EVERY_MS
    lane.going = this.#round(location, due, provider)
      .catch((thrown: unknown) => log.warn({ err: thrown, location }, 'health checks failed'))
      .finally(() => {
        lane.going = null
      })
    this.#lanes.set(key, lane)
  }

  /** What was seen before says nothing any more. */
  forget(): void {
    this.#generation += 1
    this.#records.clear()
  }

  /** Resolves when no round is going on. */
  async settled(): Promise<void> {
    await Promise.allSettled(
      [...this.#lanes.values()].flatMap(({ going }) => (going === null ? [] : [going])),
    )
  }

  async #round(location: string, due: readonly Server[], provider: CloudProvider): Promise<void> {
    const generation = this.#generation
    const ids = due.flatMap(({ cloudServerId }) => cloudServerId ?? [])
    const statuses = await provider.instanceHealth
      .listById(location, ids)
      .catch(() => new Map<string, boolean>())
    const isOld = (): boolean => generation !== this.#generation
    await pLimit(AT_ONCE).map(due, async (server) => {
      if (isOld()) return
      const sshAnswers = server.ssh !== null && (await this.#options.probeSsh(server.ssh, PROBE_MS))
      if (isOld()) return
      const instanceIsOk = statuses.get(server.cloudServerId ?? '') ?? null
      await this.#judge(server.id, { sshAnswers, instanceIsOk }, provider)
    })
  }

  async #judge(
    serverId: string,
    check: Parameters<typeof checked>[1],
    provider: CloudProvider,
  ): Promise<void> {
    const { servers, clock } = this.#options
    const server = servers.find(serverId)
    const rule = server && this.#ruleOf(server)
    if (!server || !rule || !isWatched(server, rule)) {
      this.#records.delete(serverId)
      return
    }
    const nowMs = clock.monotonic()
    const record = checked(this.#records.get(serverId) ?? null, check, nowMs)
    if (record) this.#records.set(serverId, record)
    else this.#records.delete(serverId)
    const verdict = healthVerdict(rule, record, nowMs)
    if (record === null || verdict === 'fine' || verdict === 'watch' || this.#othersAreOnTheirWay(server)) {
      await servers.apply(serverId, (now) => watched(now, record, rule))
      return
    }
    this.#records.delete(serverId)
    if (verdict === 'replace') {
      await servers.apply(serverId, (now) => replaceUnhealthy(now, record, clock.now()))
    } else if (server.cloudServerId !== null) {
      await provider.instances.reboot(server.location, [server.cloudServerId])
      await servers.apply(serverId, (now) => {
        const step = askReboot(now, 'system')
        return { ...step, events: [unhealthy(now, record, 'it is rebooted'), ...step.events] }
      })
    }
  }

  #othersAreOnTheirWay(server: Server): boolean {
    return this.#options.servers
      .ofFarm(server.farmId)
      .some(
        (other) =>
          other.id !== server.id &&
          other.farmRoleId === server.farmRoleId &&
          (ON_ITS_WAY.has(other.status) || other.rebooting),
      )
  }

  #ruleOf({ farmId, farmRoleId }: Server): HealthRule | undefined {
    const farm = this.#options.farms.find(farmId)
    if (farm?.state.status !== 'running') return undefined
    return farm.roles.find(({ id }) => id === farmRoleId)?.health
  }
}
