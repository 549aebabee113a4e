import { toAppError } from '../../../shared/model/errors.ts'
import type { FarmRole } from '../../../shared/model/farm-roles.ts'
import type { Farm } from '../../../shared/model/farms.ts'
import { ServerId } from '../../../shared/model/ids.ts'
import type { Image } from '../../../shared/model/images.ts'
import type { Server } from '../../../shared/model/servers.ts'
import { type Decision, decide } from '../../../shared/logic/farm-decisions.ts'
import { cloudCallFor, isDue } from '../../../shared/logic/server-cloud-calls.ts'
import { terminateDelayMs, terminateDelayOf } from '../../../shared/logic/server-ends.ts'
import { DEFAULT_LIFE_POLICY, type LifePolicy } from '../../../shared/logic/life-policy.ts'
import { askSuspend, askResume, askTerminate } from '../../../shared/logic/server-asks.ts'
import type { CloudInstance, CloudProvider } from '../clouds/index.ts'
import type { Clock, Log } from '../ports.ts'
import {
  type LaunchBreaker,
  type ServerLauncher,
  type ServerPreparations,
  type ServerUpkeep,
  type ServerStore,
  terminateInstances,
} from '../servers/index.ts'
import type { FarmStore } from './farm-store.ts'
import { HealthChecks } from './health-checks.ts'
import { lanePauseMs } from './lane-pace.ts'
import { Observer } from './observer.ts'
import { WakeWatch } from './wake-watch.ts'

/** What the reconciler needs of the clouds. */
export interface ReconcilerClouds {
  find(id: string): { name: string } | undefined
  watch<T>(cloudId: string, location: string, call: (provider: CloudProvider) => Promise<T>): Promise<T>
  /** All instances of the location were read. */
  noteObserved(cloudId: string, location: string): void
}

export interface ReconcilerOptions {
  farms: FarmStore
  servers: ServerStore
  clouds: ReconcilerClouds
  launcher: Pick<ServerLauncher, 'launch'>
  breaker: LaunchBreaker
  preparations: Pick<ServerPreparations, 'begin' | 'left' | 'endOthers'>
  upkeep: Pick<ServerUpkeep, 'begin'>
  clock: Clock
  log: Log
  newId: () => string
  workspaceId: string
  roleName: (roleId: string) => string
  imageOf: (roleId: string, cloudId: string, location: string) => Image | undefined
  probeSsh: (address: { host: string; port: number }, timeoutMs: number) => Promise<boolean>
  /** Told after each pass, so that jobs can look again. */
  onPass: () => void
  /** An instance with our tags that no record explains; it is left alone. */
  onStranger: (cloudId: string, location: string, instance: CloudInstance) => void
  policy?: LifePolicy
}

/** A farm with more decisions than this gives way to the event loop between farms. */
const YIELD_EVERY = 200

const ON_ITS_WAY: ReadonlySet<string> = new Set([
  'pending-launch',
  'pending',
  'initializing',
  'pending-suspend',
  'resuming',
  'pending-terminate',
  'missing',
])

/** One location of one cloud: clouds are listed by location, so each has its own loop and a slow one holds up no other. */
interface Lane {
  cloudId: string
  location: string
  wake: () => void
  woken: boolean
  loop: Promise<void>
}

/**
 * Keeps the clouds as the farms are designed. Level-triggered: every pass observes, compares, decides and acts, and a crash
 * or a lost answer at any point is repaired by the next pass.
 */
export class Reconciler {
  readonly #options: ReconcilerOptions
  readonly #observer: Observer
  readonly #health: HealthChecks
  readonly #wakeWatch: WakeWatch
  readonly #lanes = new Map<string, Lane>()
  readonly #stop = new AbortController()

  constructor(options: ReconcilerOptions) {
    this.#options = options
    this.#health = new HealthChecks(options)
    // Time jumped: what was seen before decides nothing any more.
    this.#wakeWatch = new WakeWatch(options.clock, () => {
      this.#health.forget()
      options.log.info({}, 'the machine slept or its clock was set; the clouds are looked at first')
    })
    this.#observer = new Observer({
      ...options,
      policy: options.policy ?? DEFAULT_LIFE_POLICY,
      wake: this.#wakeWatch,
    })
  }

  start(): void {
    this.wake()
  }

  /** Ends all loops after the step they are in. */
  async stop(): Promise<void> {
    this.#stop.abort()
    for (const lane of this.#lanes.values()) lane.wake()
    await Promise.allSettled([...this.#lanes.values()].map((lane) => lane.loop))
    this.#health.forget()
    await this.#health.settled()
  }

  /** Something changed: look at all locations now. */
  wake(): void {
    if (this.#stop.signal.aborted) return
    for (const { cloudId, location } of this.#neededLanes()) {
      const key = `${cloudId}/${location}`
      if (this.#lanes.has(key)) continue
      const lane: Lane = { cloudId, location, wake: () => undefined, woken: false, loop: Promise.resolve() }
      this.#lanes.set(key, lane)
      lane.loop = this.#run(lane).finally(() => {
        this.#lanes.delete(key)
        // Woken while it was ending: what it was woken for starts it anew.
        if (lane.woken) this.wake()
      })
    }
    for (const lane of this.#lanes.values()) {
      lane.woken = true
      lane.wake()
    }
  }

  /** One pass over one location; tests and benchmarks call it by itself. */
  async pass(cloudId: string, location: string): Promise<void> {
    const { clouds, log } = this.#options
    this.#wakeWatch.look()
    try {
      await clouds.watch(cloudId, location, async (provider) => {
        const own = await this.#observer.observe(cloudId, location, provider)
        clouds.noteObserved(cloudId, location)
        this.#health.begin(cloudId, location, own, provider)
        await this.#decide(cloudId, location)
        await this.#act(cloudId, location, provider, own)
        this.#options.upkeep.begin(own, provider)
      })
      await this.#noteProblem(cloudId, location, null)
    } catch (thrown) {
      const error = toAppError(thrown)
      if (error.code === 'internal') log.error({ err: thrown, cloudId, location }, 'a pass failed')
      await this.#noteProblem(cloudId, location, error)
    }
    this.#options.onPass()
  }

  #neededLanes(): { cloudId: string; location: string }[] {
    const lanes = new Map<string, { cloudId: string; location: string }>()
    const need = (cloudId: string, location: string): void => {
      lanes.set(`${cloudId}/${location}`, { cloudId, location })
    }
    for (const farm of this.#options.farms.list()) {
      if (farm.state.status === 'running') for (const role of farm.roles) need(role.cloudId, role.location)
    }
    for (const server of this.#options.servers.all()) {
      if (server.status !== 'terminated') need(server.cloudId, server.location)
    }
    return [...lanes.values()]
  }

  async #run(lane: Lane): Promise<void> {
    const { clock } = this.#options
    while (!this.#stop.signal.aborted) {
      lane.woken = false
      const startedMs = clock.monotonic()
      await this.pass(lane.cloudId, lane.location)
      if (!this.#isNeeded(lane)) return
      const tookMs = clock.monotonic() - startedMs
      const waitMs = lanePauseMs({
        isBusy: this.#isBusy(lane),
        tookMs,
        unchangedMs: this.#unchangedMs(lane),
      })
      if (lane.woken) continue
      const nap = new AbortController()
      lane.wake = () => nap.abort()
      // Stopped while it was in its pass: then nobody wakes it any more.
      await this.#wakeWatch.nap(waitMs, AbortSignal.any([nap.signal, this.#stop.signal]))
    }
  }

  #isNeeded(lane: Lane): boolean {
    return this.#neededLanes().some(
      (need) => need.cloudId === lane.cloudId && need.location === lane.location,
    )
  }

  /** Since when no server here has changed its status. */
  #unchangedMs({ cloudId, location }: Lane): number {
    let latest = ''
    for (const server of this.#options.servers.all()) {
      if (server.cloudId === cloudId && server.location === location && server.since > latest) {
        latest = server.since
      }
    }
    return latest === '' ? Infinity : this.#options.clock.now() - Date.parse(latest)
  }

  #isBusy(lane: Lane): boolean {
    for (const server of this.#options.servers.all()) {
      if (server.cloudId !== lane.cloudId || server.location !== lane.location) continue
      if (server.initFailedAt !== null && server.status === 'initializing') continue
      if (isHeldUp(server, this.#options.clock.now())) continue
      if (ON_ITS_WAY.has(server.status) || server.rebooting) return true
    }
    return false
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
        await servers.apply(decision.server.id, (now) => askSuspend(now, 'system', clock.now()))
        return
      case 'resume':
        await servers.apply(decision.server.id, (now) => askResume(now, clock.now()))
        return
    }
  }

  async #create(farm: Farm, decision: Extract<Decision, { kind: 'create' }>): Promise<void> {
    const { servers, clouds, clock, newId, roleName, imageOf } = this.#options
    const { farmRole: role } = decision
    const image = imageOf(role.roleId, role.cloudId, role.location)
    if (!image) return
    const now = new Date(clock.now()).toISOString()
    const made = decision.indexes.map((index): Server => ({
      id: ServerId.parse(newId()),
      farmId: farm.id,
      farmRoleId: role.id,
      farm: farm.name,
      alias: role.alias,
      roleId: role.roleId,
      role: roleName(role.roleId),
      index,
      status: 'pending-launch',
      since: now,
      waitingFor: 'the cloud',
      cloudId: role.cloudId,
      cloud: clouds.find(role.cloudId)?.name ?? role.cloudId,
      location: role.location,
      zone: role.zone,
      instanceType: role.instanceType,
      imageId: image.id,
      cloudImageId: null,
      cloudServerId: null,
      platform: image.os.family === 'windows' ? 'windows' : 'linux',
      rootDevice: null,
      instanceState: null,
      publicIp: null,
      privateIp: null,
      hostname: null,
      keyName: null,
      securityGroupIds: [],
      ssh: null,
      sshUser: image.ssh.user,
      sshPort: image.ssh.port,
      agent: null,
      lock: null,
      error: null,
      attempts: 0,
      retryAt: null,
      rebooting: false,
      restart: null,
      heldFrom: null,
      launchReason: decision.reason,
      replacementOf: decision.replaces ?? null,
      terminateReason: null,
      terminateAt: null,
      terminationProtected: role.cloudFeatures.terminationProtection,
      launch: null,
      createdAt: now,
      launchedAt: null,
      runningAt: null,
      terminatedAt: null,
      absentSince: null,
      prepared: [],
      initFailedAt: null,
      subnetId: null,
      elasticIp: null,
      spot: role.cloudFeatures.spot !== null,
    }))
    await servers.put(
      made,
      made.map((server) => ({
        server,
        event: {
          kind: 'ServerCreated',
          message: `${server.alias} #${server.index} of ${server.farm} is to be launched`,
          reason: null,
          firedBy: 'system',
        },
      })),
    )
  }

  /** Does to the cloud what the servers' statuses ask for. */
  async #act(
    cloudId: string,
    location: string,
    provider: CloudProvider,
    own: readonly Server[],
  ): Promise<void> {
    const { servers, log } = this.#options
    const asked = { stop: [], 'force-stop': [], start: [] } as Record<
      'stop' | 'force-stop' | 'start',
      string[]
    >
    const end: Server[] = []
    const launch = new Map<string, Server[]>()
    for (const before of [...own, ...this.#created(cloudId, location, own)]) {
      const server = servers.find(before.id)
      if (!server) continue
      const call = cloudCallFor(server, this.#options.clock.now())
      if (call === 'launch') launch.set(server.farmRoleId, [...(launch.get(server.farmRoleId) ?? []), server])
      else if (call === 'terminate') end.push(server)
      else if (call !== null && server.cloudServerId !== null) asked[call].push(server.cloudServerId)
    }
    const calls = [
      ...(asked.stop.length > 0 ? [provider.stop(location, asked.stop)] : []),
      ...(asked['force-stop'].length > 0
        ? [provider.instanceControl.forceStop(location, asked['force-stop'])]
        : []),
      ...(asked.start.length > 0 ? [provider.start(location, asked.start)] : []),
      ...(end.length > 0 ? [terminateInstances(this.#options, location, end, provider)] : []),
      ...[...launch].map(([farmRoleId, list]) => this.#launch(farmRoleId, list, provider)),
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

/** The cloud refuses to end it for now: nothing is to be seen of it until it is asked again. */
function isHeldUp(server: Server, nowMs: number): boolean {
  return server.status === 'pending-terminate' && !isDue(server.retryAt, nowMs)
}

function isHere(decision: Decision, cloudId: string, location: string): boolean {
  const place: Pick<FarmRole, 'cloudId' | 'location'> =
    decision.kind === 'create' ? decision.farmRole : decision.server
  return place.cloudId === cloudId && place.location === location
}
