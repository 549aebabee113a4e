import { isDue } from '../../../../shared/logic/servers/server-cloud-calls.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { Clock, Log } from '../../ports.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { FarmFinisher } from './farm-finisher.ts'
import { lanePauseMs } from './lane-pace.ts'
import type { LocationPass } from './location-pass.ts'
import type { WakeWatch } from './wake-watch.ts'

interface ReconcilerOptions {
  pass: LocationPass
  farms: FarmStore
  servers: ServerStore
  finisher: Pick<FarmFinisher, 'look'>
  wakeWatch: WakeWatch
  clock: Clock
  log: Log
}

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
  readonly #lanes = new Map<string, Lane>()
  readonly #stop = new AbortController()

  constructor(options: ReconcilerOptions) {
    this.#options = options
    // Time jumped: what was seen before decides nothing any more.
    options.wakeWatch.onJump(() => {
      options.pass.forget()
      options.log.warn({}, 'the machine slept or its clock was set; the clouds are looked at first')
      this.wake()
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
    this.#options.pass.forget()
    await this.#options.pass.settled()
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
    const { pass, finisher, wakeWatch } = this.#options
    wakeWatch.look()
    await pass.run(cloudId, location)
    finisher.look()
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
      await this.#options.wakeWatch.nap(waitMs, AbortSignal.any([nap.signal, this.#stop.signal]))
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
}

/** The cloud refuses to end it for now: nothing is to be seen of it until it is asked again. */
function isHeldUp(server: Server, nowMs: number): boolean {
  return server.status === 'pending-terminate' && !isDue(server.retryAt, nowMs)
}
