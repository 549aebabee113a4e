import type { Server } from '../../../../shared/model/servers.ts'
import { serverIdOf } from '../../../../shared/logic/servers/launch-batches.ts'
import { TAGS } from '../../../../shared/model/tags.ts'
import { elapsedMs } from '../../../../shared/logic/servers/life-policy.ts'
import { timePassed } from '../../../../shared/logic/servers/server-contact.ts'
import { absent, gone, seen } from '../../../../shared/logic/servers/server-life.ts'
import type { LifeStep } from '../../../../shared/logic/servers/server-steps.ts'
import type { CloudInstance, CloudProvider } from '../../clouds/index.ts'
import type { Clock } from '../../ports.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import { instanceView } from '../servers/index.ts'
import type { LifePolicies } from './life-policies.ts'
import type { SshWatch } from './ssh-watch.ts'
import type { Strangers } from './strangers.ts'
import type { WakeWatch } from './wake-watch.ts'

interface ObserverOptions {
  servers: ServerStore
  strangers: Pick<Strangers, 'look'>
  sshWatch: SshWatch
  policies: LifePolicies
  wakeWatch: WakeWatch
  clock: Clock
  workspaceId: string
}

/** So many servers are compared before the event loop gets its turn. */
const CHUNK = 500

/** Reads one location of a cloud and moves its servers on by what it sees. */
export class Observer {
  readonly #options: ObserverOptions

  constructor(options: ObserverOptions) {
    this.#options = options
  }

  /** Answers the location's servers that are not terminated, as they are now. Throws when the cloud cannot be read. */
  async observe(cloudId: string, location: string, provider: CloudProvider): Promise<Server[]> {
    const { servers, strangers, sshWatch, policies, wakeWatch, clock, workspaceId } = this.#options
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
    const unexplained = instances.filter(({ id }) => !explained.has(id))
    await strangers.look(cloudId, location, provider, unexplained)
    await sshWatch.look(
      own.flatMap((server) => servers.find(server.id) ?? []),
      provider,
    )
    await Promise.all(
      own
        .filter(({ status }) => status === 'pending' || status === 'initializing')
        .flatMap((server) => this.#move(server, (now) => timePassed(now, clock.now(), policies.of(now)))),
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
    const { clock, policies } = this.#options
    const policy = policies.ofAll()
    if (instance) return seen(server, instanceView(instance), clock.now())
    if (server.cloudServerId !== null) return absent(server, clock.now(), policy)
    // Asked of the cloud, given up since, and never seen: once it should have appeared, there is nothing to end.
    const isOver = elapsedMs(server.since, clock.now(), policy) > policy.appearMs
    return server.status === 'pending-terminate' && isOver
      ? gone(server, clock.now(), null)
      : { server, events: [] }
  }
}
