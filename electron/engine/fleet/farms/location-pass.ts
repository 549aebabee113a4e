import type { Clouds } from '../../clouds/index.ts'
import type { ServerProvisioning } from '../servers/index.ts'
import type { FarmDecider } from './farm-decider.ts'
import type { FarmProblems } from './farm-problems.ts'
import type { HealthChecks } from './health-checks.ts'
import type { Observer } from './observer.ts'
import type { ServerCalls } from './server-calls.ts'

interface LocationPassOptions {
  clouds: Pick<Clouds, 'noteObserved' | 'watch'>
  observer: Observer
  health: HealthChecks
  decider: FarmDecider
  calls: ServerCalls
  provisioning: Pick<ServerProvisioning, 'begin'>
  problems: FarmProblems
}

/** One pass over one location of one cloud: observe it, compare it with the farms' designs, decide, act. */
export class LocationPass {
  readonly #options: LocationPassOptions

  constructor(options: LocationPassOptions) {
    this.#options = options
  }

  /** Never rejects: what goes wrong is kept with the farms that it holds up. */
  async run(cloudId: string, location: string): Promise<void> {
    const { clouds, observer, health, decider, calls, provisioning, problems } = this.#options
    try {
      await clouds.watch(cloudId, location, async (provider) => {
        const own = await observer.observe(cloudId, location, provider)
        clouds.noteObserved(cloudId, location)
        health.begin(cloudId, location, own, provider)
        await decider.decide(cloudId, location)
        await calls.make(cloudId, location, provider, own)
        provisioning.begin(own, provider, false)
      })
      await problems.none(cloudId, location)
    } catch (thrown) {
      await problems.passFailed(cloudId, location, thrown)
    }
  }

  /** What the health checks saw so far decides nothing any more. */
  forget(): void {
    this.#options.health.forget()
  }

  /** Resolves when nothing runs beside the passes. */
  async settled(): Promise<void> {
    await this.#options.health.settled()
  }
}
