import type { Farm } from '../../../../shared/model/farms.ts'
import type { FarmRole } from '../../../../shared/model/farm-roles.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { serverIdOf, TAGS } from '../../../../shared/logic/servers/launch-batches.ts'
import { elapsedMs, type LifePolicy } from '../../../../shared/logic/servers/life-policy.ts'
import { sshAnswered, timePassed } from '../../../../shared/logic/servers/server-contact.ts'
import { absent, gone, seen } from '../../../../shared/logic/servers/server-life.ts'
import type { LifeStep } from '../../../../shared/logic/servers/server-steps.ts'
import { rebootTimedOut } from '../../../../shared/logic/servers/reboot-timeout.ts'
import { sshIsLate } from '../../../../shared/logic/servers/server-preparations.ts'
import type { CloudInstance, CloudProvider } from '../../clouds/index.ts'
import type { Clock, Log } from '../../ports.ts'
import { instanceView, type ServerPreparations } from '../servers/index.ts'
import { type ServerStore } from '../../records/servers/index.ts'
import type { WakeWatch } from './wake-watch.ts'

interface ObserverOptions {
  servers: ServerStore
  preparations: Pick<ServerPreparations, 'begin' | 'left' | 'endOthers'>
  clock: Clock
  log: Log
  workspaceId: string
  policy: LifePolicy
  farms: { find(id: string): Farm | undefined }
  wakeWatch: WakeWatch
  probeSsh: (address: { host: string; port: number }, timeoutMs: number) => Promise<boolean>
  /** An instance with our tags that no record explains; it is left alone. */
  onStranger: (cloudId: string, location: string, instance: CloudInstance) => void
}

/** How long one look for SSH may take. */
const PROBE_MS = 3_000
const PROBES_AT_ONCE = 64
/** A rebooting server still answers for a moment; only later answers count. */
const REBOOT_SETTLE_MS = 3_000
/** So many servers are compared before the event loop gets its turn. */
const CHUNK = 500

/** Reads one location of a cloud and moves its servers on by what it sees. */
export class Observer {
  readonly #options: ObserverOptions
  readonly #rebootSeenMs = new Map<string, number>()

  constructor(options: ObserverOptions) {
    this.#options = options
  }

  /** Answers the location's servers that are not terminated, as they are now. Throws when the cloud cannot be read. */
  async observe(cloudId: string, location: string, provider: CloudProvider): Promise<Server[]> {
    const { servers, clock, workspaceId, wakeWatch } = this.#options
    const { jumps } = wakeWatch
    const ofWorkspace = { key: TAGS.workspace, value: workspaceId }
    let startedAt = new Date(clock.now()).toISOString()
    let instances = await provider.instances.listByTag(location, ofWorkspace)
    wakeWatch.look()
    if (wakeWatch.jumps !== jumps) {
      // The answer may be as old as the sleep.
      startedAt = new Date(clock.now()).toISOString()
      instances = await provider.instances.listByTag(location, ofWorkspace)
    }
    const byId = new Map<string, CloudInstance>()
    const byServer = new Map<string, CloudInstance>()
    for (const instance of instances) {
      byId.set(instance.id, instance)
      const serverId = serverIdOf(instance)
      if (serverId !== null) byServer.set(serverId, instance)
    }
    const own: Server[] = []
    const explained = new Set<string>()
    let position = 0
    for (const server of servers.all()) {
      if (server.cloudId !== cloudId || server.location !== location || server.status === 'terminated')
        continue
      own.push(server)
    }
    const written: Promise<unknown>[] = []
    for (const server of own) {
      const instance = byId.get(server.cloudServerId ?? '') ?? byServer.get(server.id)
      if (instance) explained.add(instance.id)
      // A server launched while the list was on its way may rightly be missing in it.
      const isNewer = server.launchedAt !== null && server.launchedAt >= startedAt
      if (instance || !isNewer) written.push(...this.#move(server, (now) => this.#look(now, instance)))
      position += 1
      if (position % CHUNK === 0) await new Promise<void>((resolve) => setImmediate(resolve))
    }
    await Promise.all(written)
    await this.#strangers(cloudId, location, provider, instances, explained)
    await this.#probe(
      own.flatMap((server) => servers.find(server.id) ?? []),
      provider,
    )
    await Promise.all(
      own
        .filter(({ status }) => status === 'pending' || status === 'initializing')
        .flatMap((server) => this.#move(server, (now) => timePassed(now, clock.now(), this.#policyOf(now)))),
    )
    return own.flatMap((server) => servers.find(server.id) ?? [])
  }

  /** Writes the step when it leads anywhere; most servers of most passes stay as they are and cost nothing. */
  #move(before: Server, step: (now: Server) => LifeStep): Promise<unknown>[] {
    const now = this.#options.servers.find(before.id)
    if (!now) return []
    const { server, events } = step(now)
    return server === now && events.length === 0 ? [] : [this.#options.servers.apply(now.id, step)]
  }

  #look(server: Server, instance: CloudInstance | undefined): LifeStep {
    const { clock } = this.#options
    const policy = this.#policy()
    if (instance) return seen(server, instanceView(instance), clock.now())
    if (server.cloudServerId !== null) return absent(server, clock.now(), policy)
    // Asked of the cloud, given up since, and never seen: once it should have appeared, there is nothing to end.
    const isOver = elapsedMs(server.since, clock.now(), policy) > policy.appearMs
    return server.status === 'pending-terminate' && isOver
      ? gone(server, clock.now(), null)
      : { server, events: [] }
  }

  /** An instance of a server that we hold for terminated is ended; one that no record explains is only told. */
  async #strangers(
    cloudId: string,
    location: string,
    provider: CloudProvider,
    instances: readonly CloudInstance[],
    explained: ReadonlySet<string>,
  ): Promise<void> {
    const orphans: string[] = []
    for (const instance of instances) {
      if (explained.has(instance.id) || instance.state === 'terminated' || instance.state === 'shutting-down')
        continue
      const serverId = serverIdOf(instance)
      const record = serverId === null ? undefined : await this.#options.servers.lookUp(serverId)
      const isOurs =
        record !== undefined && (record.cloudServerId === null || record.cloudServerId === instance.id)
      if (isOurs && record.status === 'terminated') orphans.push(instance.id)
      else this.#options.onStranger(cloudId, location, instance)
    }
    if (orphans.length === 0) return
    this.#options.log.warn({ cloudId, location, orphans }, 'instances of terminated servers are ended')
    await provider.instances.terminate(location, orphans)
  }

  /** Looks for SSH where it is waited for. What still has to be prepared is begun here, and runs beside the passes. */
  async #probe(own: readonly Server[], provider: CloudProvider): Promise<void> {
    const { servers, clock, probeSsh, preparations } = this.#options
    preparations.endOthers((id) => servers.find(id)?.status === 'initializing')
    const waiting = own.filter((server) => this.#waitsForSsh(server))
    for (const server of waiting) preparations.begin(server, provider, false)
    const queue = waiting.values()
    const worker = async (): Promise<void> => {
      for (const server of queue) {
        const answers = server.ssh ? await probeSsh(server.ssh, PROBE_MS) : false
        const now = servers.find(server.id)
        if (!now) continue
        const policy = this.#policyOf(now)
        if (!answers && now.rebooting) await this.#waitForReboot(now)
        if (answers) preparations.begin(now, provider, true)
        const isPrepared = now.status !== 'initializing' || preparations.left(now).length === 0
        if (isPrepared) {
          await servers.apply(now.id, (then) =>
            sshAnswered(then, answers ? 'yes' : 'no', clock.now(), policy),
          )
        } else if (!answers) await servers.apply(now.id, (then) => sshIsLate(then, clock.now(), policy))
      }
    }
    await Promise.all(Array.from({ length: Math.min(PROBES_AT_ONCE, waiting.length) }, worker))
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
    const seconds = this.#roleOf(server)?.timeouts.rebootSeconds
    const sinceMs = this.#rebootSeenMs.get(server.id)
    if (seconds === undefined || sinceMs === undefined) return
    if (this.#options.clock.monotonic() - sinceMs < seconds * 1000) return
    this.#rebootSeenMs.delete(server.id)
    await this.#options.servers.apply(server.id, (now) => rebootTimedOut(now, seconds))
  }

  /** What lies before the machine woke, or its clock was set, counts for no timer. */
  #policy(): LifePolicy {
    return { ...this.#options.policy, countFromMs: this.#options.wakeWatch.awakeSinceMs }
  }

  #policyOf(server: Server): LifePolicy {
    const timeouts = this.#roleOf(server)?.timeouts
    if (!timeouts) return this.#policy()
    return {
      ...this.#policy(),
      launchTimeoutMs: timeouts.launchSeconds * 1000,
      sshWaitMs: timeouts.initSeconds * 1000,
    }
  }

  #roleOf({ farmId, farmRoleId }: Server): FarmRole | undefined {
    return this.#options.farms.find(farmId)?.roles.find(({ id }) => id === farmRoleId)
  }
}
