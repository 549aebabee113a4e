import { toAppError } from '../../../../shared/model/errors.ts'
import type { FarmRole } from '../../../../shared/model/farm-roles.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import type { Image } from '../../../../shared/model/images.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { type Decision, decide } from '../../../../shared/logic/farms/farm-decisions.ts'
import { DEFAULT_LIFE_POLICY, type LifePolicy } from '../../../../shared/logic/servers/life-policy.ts'
import { launchableNow } from '../../../../shared/logic/farms/launch-pace.ts'
import { createdEvent, newServers } from '../../../../shared/logic/servers/new-servers.ts'
import { askResume, askSuspend, askTerminate } from '../../../../shared/logic/servers/server-asks.ts'
import { cloudCallFor, isDue } from '../../../../shared/logic/servers/server-cloud-calls.ts'
import { terminateDelayMs, terminateDelayOf } from '../../../../shared/logic/servers/server-ends.ts'
import type { CloudInstance, CloudProvider } from '../../clouds/index.ts'
import type { Clock, Log } from '../../ports.ts'
import {
  callInstances,
  type InstanceCall,
  type LaunchBreaker,
  type ServerLauncher,
  type ServerProvisioning,
} from '../servers/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import { HealthChecks } from './health-checks.ts'
import { Observer } from './observer.ts'
import type { WakeWatch } from './wake-watch.ts'

/** What a pass needs of the clouds. */
interface PassClouds {
  find(id: string): { name: string } | undefined
  watch<T>(cloudId: string, location: string, call: (provider: CloudProvider) => Promise<T>): Promise<T>
  /** All instances of the location were read. */
  noteObserved(cloudId: string, location: string): void
}

export interface LocationPassOptions {
  farms: FarmStore
  servers: ServerStore
  clouds: PassClouds
  launcher: Pick<ServerLauncher, 'launch'>
  breaker: LaunchBreaker
  provisioning: Pick<ServerProvisioning, 'begin' | 'left' | 'endOthers'>
  clock: Clock
  log: Log
  newId: () => string
  workspaceId: string
  roleName: (roleId: string) => string
  imageOf: (roleId: string, cloudId: string, location: string) => Image | undefined
  probeSsh: (address: { host: string; port: number }, timeoutMs: number) => Promise<boolean>
  wakeWatch: WakeWatch
  /** An instance with our tags that no record explains; it is left alone. */
  onStranger: (cloudId: string, location: string, instance: CloudInstance) => void
  policy?: LifePolicy
}

/** A farm with more decisions than this gives way to the event loop between farms. */
const YIELD_EVERY = 200

/** One pass over one location of one cloud: observe it, compare it with the farms' designs, decide, act. */
export class LocationPass {
  readonly #options: LocationPassOptions
  readonly #observer: Observer
  readonly #health: HealthChecks

  constructor(options: LocationPassOptions) {
    this.#options = options
    this.#health = new HealthChecks(options)
    this.#observer = new Observer({ ...options, policy: options.policy ?? DEFAULT_LIFE_POLICY })
  }

  /** Never rejects: what goes wrong is kept with the farms that it holds up. */
  async run(cloudId: string, location: string): Promise<void> {
    const { clouds, log, wakeWatch } = this.#options
    wakeWatch.look()
    try {
      await clouds.watch(cloudId, location, async (provider) => {
        const own = await this.#observer.observe(cloudId, location, provider)
        clouds.noteObserved(cloudId, location)
        this.#health.begin(cloudId, location, own, provider)
        await this.#decide(cloudId, location)
        await this.#act(cloudId, location, provider, own)
        this.#options.provisioning.begin(own, provider, false)
      })
      await this.#noteProblem(cloudId, location, null)
    } catch (thrown) {
      const error = toAppError(thrown)
      if (error.code === 'internal') log.error({ err: thrown, cloudId, location }, 'a pass failed')
      await this.#noteProblem(cloudId, location, error)
    }
  }

  /** What the health checks saw so far decides nothing any more. */
  forget(): void {
    this.#health.forget()
  }

  /** Resolves when nothing runs beside the passes. */
  async settled(): Promise<void> {
    await this.#health.settled()
  }

  /** Decides for every farm that has something here; a farm's decisions for other locations are left to their lanes. */
  async #decide(cloudId: string, location: string): Promise<void> {
    const { farms, servers } = this.#options
    let decided = 0
    for (const farm of farms.list()) {
      const own = servers.ofFarm(farm.id)
      if (own.length === 0 && farm.state.status !== 'running') continue
      const here = decide(farm, this.#withoutOldPauses(farm), own).filter((decision) =>
        isHere(decision, cloudId, location),
      )
      decided += own.length
      for (const decision of here) await this.#carryOut(farm, decision)
      if (decided > YIELD_EVERY) {
        decided = 0
        await new Promise<void>((resolve) => setImmediate(resolve))
      }
    }
    await servers.settled()
  }

  #withoutOldPauses(farm: Farm): Farm['state'] {
    const nowMs = this.#options.clock.now()
    return { ...farm.state, paused: farm.state.paused.filter((pause) => !isDue(pause.until, nowMs)) }
  }

  async #carryOut(farm: Farm, decision: Decision): Promise<void> {
    const { servers, clock } = this.#options
    switch (decision.kind) {
      case 'create':
        await this.#create(farm, decision)
        return
      case 'terminate':
        await servers.apply(decision.server.id, (now) =>
          askTerminate(now, decision.reason, 'system', clock.now(), endDelayMs(farm, decision)),
        )
        return
      case 'suspend':
        // Refused a while ago: it is asked again, but not at each pass.
        if (!isDue(decision.server.retryAt, clock.now())) return
        await servers.apply(decision.server.id, (now) =>
          askSuspend(now, 'system', clock.now(), decision.reserve === true),
        )
        return
      case 'resume':
        if (!isDue(decision.server.retryAt, clock.now())) return
        await servers.apply(decision.server.id, (now) => askResume(now, clock.now()))
        return
    }
  }

  async #create(farm: Farm, decision: Extract<Decision, { kind: 'create' }>): Promise<void> {
    const { servers, clouds, clock, newId, roleName, imageOf } = this.#options
    const { farmRole: role } = decision
    const image = imageOf(role.roleId, role.cloudId, role.location)
    if (!image) return
    // A launch by hand may have taken an index since the decision.
    const free = decision.indexes.filter((index) => !servers.holdsIndex(role.id, index))
    const own = servers.ofFarm(farm.id).filter(({ farmRoleId }) => farmRoleId === role.id)
    const indexes = launchableNow(role, own, free, clock.now())
    const made = newServers(
      farm,
      { ...decision, indexes },
      {
        role: roleName(role.roleId),
        cloud: clouds.find(role.cloudId)?.name ?? role.cloudId,
        image,
        newId,
        nowMs: clock.now(),
      },
    )
    await servers.put(
      made,
      made.map((server) => ({ server, event: createdEvent(server) })),
    )
  }

  /** Does to the cloud what the servers' statuses ask for. */
  async #act(
    cloudId: string,
    location: string,
    provider: CloudProvider,
    own: readonly Server[],
  ): Promise<void> {
    const { servers, clock, log } = this.#options
    const asked = new Map<InstanceCall, Server[]>()
    const launches = new Map<string, Server[]>()
    for (const before of [...own, ...this.#created(cloudId, location, own)]) {
      const server = servers.find(before.id)
      const call = server ? cloudCallFor(server, clock.now()) : null
      if (!server || call === null) continue
      if (call === 'launch')
        launches.set(server.farmRoleId, [...(launches.get(server.farmRoleId) ?? []), server])
      else asked.set(call, [...(asked.get(call) ?? []), server])
    }
    const calls = [
      ...[...asked].map(([call, list]) => callInstances(this.#options, location, call, list, provider)),
      ...[...launches].map(([farmRoleId, list]) => this.#launch(farmRoleId, list, provider)),
    ]
    for (const outcome of await Promise.allSettled(calls)) {
      if (outcome.status === 'rejected') {
        const error = toAppError(outcome.reason)
        log.warn({ err: error, cloudId, location }, 'a cloud call failed')
        await this.#noteProblem(cloudId, location, error)
      }
    }
  }

  #created(cloudId: string, location: string, own: readonly Server[]): Server[] {
    const known = new Set<string>(own.map((server) => server.id))
    return [...this.#options.servers.all()].filter(
      (server) =>
        server.status === 'pending-launch' &&
        server.cloudId === cloudId &&
        server.location === location &&
        !known.has(server.id),
    )
  }

  async #launch(farmRoleId: string, list: readonly Server[], provider: CloudProvider): Promise<void> {
    const [first] = list
    if (!first) return
    const farm = this.#options.farms.find(first.farmId)
    const role = farm?.roles.find(({ id }) => id === farmRoleId)
    if (farm?.state.status !== 'running' || !role || this.#options.breaker.isOpen(farm, role.id)) return
    await this.#options.launcher.launch(farm, role, list, provider)
  }

  /** Keeps with each farm what holds it up here, and that it was looked at. */
  async #noteProblem(
    cloudId: string,
    location: string,
    error: ReturnType<typeof toAppError> | null,
  ): Promise<void> {
    const { farms } = this.#options
    for (const farm of farms.list()) {
      if (!farm.roles.some((role) => role.cloudId === cloudId && role.location === location)) continue
      if (farm.state.status === 'terminated') continue
      const same = farm.state.problem?.message === error?.message
      if (!same) await farms.changeState(farm.id, (state) => ({ ...state, problem: error?.toInfo() ?? null }))
    }
  }
}

/** What the engine ends by itself ends as gracefully as what a person ends; a forced end of a farm waits for nothing. */
function endDelayMs(farm: Farm, { server }: Extract<Decision, { kind: 'terminate' }>): number {
  return terminateDelayMs(terminateDelayOf(farm, server.farmRoleId), {
    isForced: farm.state.termination?.force === true,
    hasHooks: false,
    status: server.status,
  })
}

function isHere(decision: Decision, cloudId: string, location: string): boolean {
  const place: Pick<FarmRole, 'cloudId' | 'location'> =
    decision.kind === 'create' ? decision.farmRole : decision.server
  return place.cloudId === cloudId && place.location === location
}
