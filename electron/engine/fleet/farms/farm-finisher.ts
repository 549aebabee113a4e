import { toAppError } from '../../../../shared/model/errors.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import { countResources } from '../../../../shared/logic/plan/resource-words.ts'
import type { Clock, Log } from '../../ports.ts'
import type { Events } from '../../records/events/index.ts'
import type { Jobs } from '../../records/jobs/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { FarmResources } from './farm-resources.ts'
import type { FarmStore } from '../../designs/farms/index.ts'

interface FarmFinisherOptions {
  farms: FarmStore
  servers: ServerStore
  resources: FarmResources
  jobs: Jobs
  events: Events
  clock: Clock
  log: Log
}

/**
 * Brings farms on their way out to their end: once the last server is gone, what else they hold goes or stays as was asked,
 * and then they are terminated. What was asked is in the ledger, so a crash in between changes nothing.
 */
export class FarmFinisher {
  readonly #options: FarmFinisherOptions
  readonly #atWork = new Set<string>()

  constructor(options: FarmFinisherOptions) {
    this.#options = options
  }

  /** Begins a look at every farm that is being terminated, and has the jobs look after it; cheap when there is none. */
  look(): void {
    const { jobs, log } = this.#options
    void this.#look()
      .then(() => jobs.lookAgain())
      .catch((thrown: unknown) => log.error({ err: thrown }, 'farms could not be brought to their end'))
  }

  async #look(): Promise<void> {
    const { farms, servers } = this.#options
    for (const farm of farms.list()) {
      if (farm.state.status !== 'terminating' || this.#atWork.has(farm.id)) continue
      if (servers.ofFarm(farm.id).some((server) => server.status !== 'terminated')) continue
      this.#atWork.add(farm.id)
      try {
        await this.#finish(farm)
      } finally {
        this.#atWork.delete(farm.id)
      }
    }
  }

  async #finish(farm: Farm): Promise<void> {
    const { farms, resources, events, clock } = this.#options
    if (farm.state.termination?.deleteCloudObjects === true) {
      try {
        await resources.releaseOf(farm)
      } catch (thrown) {
        const problem = toAppError(thrown).toInfo()
        await farms.changeState(farm.id, (state) =>
          state.termination && state.termination.problem?.message !== problem.message
            ? { ...state, termination: { ...state.termination, problem } }
            : state,
        )
        return
      }
    }
    const kept = await resources.ofFarm(farm.id)
    const message = `${farm.name} keeps ${countResources(kept)}; the next launch uses them again`
    const about = { farmId: farm.id, data: { farm: farm.name, count: kept.length } }
    await farms.changeState(
      farm.id,
      (state) => ({
        ...state,
        status: 'terminated',
        problem: null,
        paused: [],
        leaseEndsAt: null,
        termination: state.termination && { ...state.termination, problem: null },
        reconciledAt: new Date(clock.now()).toISOString(),
      }),
      kept.length > 0 ? [events.told('ResourceKept', message, about)] : [],
    )
  }
}
