import { type AppError, toAppError } from '../../../../shared/model/errors.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { Log } from '../../ports.ts'

/** What holds farms up in a location, kept with each of them. */
export class FarmProblems {
  readonly #farms: FarmStore
  readonly #log: Log

  constructor(options: { farms: FarmStore; log: Log }) {
    this.#farms = options.farms
    this.#log = options.log
  }

  /** A pass over the location did not come to its end. */
  async passFailed(cloudId: string, location: string, thrown: unknown): Promise<void> {
    const error = toAppError(thrown)
    if (error.code === 'internal') this.#log.error({ err: thrown, cloudId, location }, 'a pass failed')
    await this.#note(cloudId, location, error)
  }

  /** The cloud did not do what a farm's servers need. */
  async callFailed(cloudId: string, location: string, thrown: unknown): Promise<void> {
    const error = toAppError(thrown)
    this.#log.warn({ err: error, cloudId, location }, 'a cloud call failed')
    await this.#note(cloudId, location, error)
  }

  /** A pass came to its end. */
  async none(cloudId: string, location: string): Promise<void> {
    await this.#note(cloudId, location, null)
  }

  async #note(cloudId: string, location: string, error: AppError | null): Promise<void> {
    for (const farm of this.#farms.list()) {
      if (!farm.roles.some((role) => role.cloudId === cloudId && role.location === location)) continue
      if (farm.state.status === 'terminated' || farm.state.problem?.message === error?.message) continue
      await this.#farms.changeState(farm.id, (state) => ({ ...state, problem: error?.toInfo() ?? null }))
    }
  }
}
