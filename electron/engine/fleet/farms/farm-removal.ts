import { AppError } from '../../../../shared/model/errors.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import type { JobRef } from '../../../../shared/model/jobs.ts'
import type { Jobs } from '../../records/jobs/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { FarmResources } from './farm-resources.ts'
import type { FarmTraces } from './farm-traces.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import { refuseLocked } from './refusals.ts'

interface FarmRemovalOptions {
  store: FarmStore
  servers: ServerStore
  resources: FarmResources
  jobs: Jobs
  traces: FarmTraces
}

/**
 * Deletes farms: what they hold in the cloud first, the design last. So a farm whose deletion was cancelled, failed or was cut
 * off by a crash is still there with what is left of it, and deleting it again goes on.
 */
export class FarmRemoval {
  readonly #options: FarmRemovalOptions

  constructor(options: FarmRemovalOptions) {
    this.#options = options
  }

  /** Only a terminated farm whose last server is gone. One job a farm: asked again while it runs, it answers that one. */
  async remove({
    farmId,
    deleteCloudObjects,
  }: {
    farmId: string
    deleteCloudObjects?: boolean | undefined
  }): Promise<JobRef> {
    const { jobs, resources, store, traces } = this.#options
    const { name } = this.#removable(farmId)
    const going = jobs.running('farm.remove', farmId)
    if (going) return { jobId: going.id }
    const target = { kind: 'farm' as const, id: farmId }
    const job = await jobs.run('farm.remove', target, `Delete ${name}`, async (report, signal) => {
      if (deleteCloudObjects === true) {
        await resources.releaseOf(store.get(farmId), (done, total, step) => {
          signal.throwIfAborted()
          this.#removable(farmId)
          report(done, total, step)
        })
      }
      signal.throwIfAborted()
      report(0, 1, 'Deleting its key pairs and security groups')
      await traces.remove(this.#removable(farmId))
      this.#removable(farmId)
      await resources.forget(farmId)
      await store.remove(farmId)
      report(1, 1, 'Its design is deleted')
    })
    return { jobId: job.id }
  }

  /** The farm as it is now. Throws when it is locked, or was launched meanwhile. */
  #removable(farmId: string): Farm {
    const farm = this.#options.store.get(farmId)
    refuseLocked(farm)
    const left = this.#options.servers.ofFarm(farmId).filter((server) => server.status !== 'terminated')
    if (farm.state.status === 'terminated' && left.length === 0) return farm
    throw new AppError('farm.wrong_status', {
      message: `“${farm.name}” is ${farm.state.status} with ${left.length} servers. Terminate it first.`,
    })
  }
}
