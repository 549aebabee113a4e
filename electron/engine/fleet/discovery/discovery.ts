import type { ImportInput, ImportPlan } from '../../../../shared/model/discovery.ts'
import type { SnapshotRequests } from '../image-work/index.ts'
import type { GivenKeys } from './given-keys.ts'
import type { ImportPlans } from './import-plans.ts'
import type { ImportRequests } from './import-requests.ts'
import type { UnknownInstances } from './unknown-instances.ts'

interface DiscoveryParts {
  instances: UnknownInstances
  plans: ImportPlans
  imports: ImportRequests
  snapshots: SnapshotRequests
  givenKeys: GivenKeys
}

/** The cloud's instances that are not ours, as the contract knows them (reference 1.7 and 1.8). */
export class Discovery {
  readonly #parts: DiscoveryParts

  constructor(parts: DiscoveryParts) {
    this.#parts = parts
  }

  list(place: Parameters<UnknownInstances['list']>[0], options?: { signal?: AbortSignal | undefined }) {
    return this.#parts.instances.list(place, options)
  }

  async planImport(input: ImportInput): Promise<ImportPlan> {
    return (await this.#parts.plans.plan(input)).plan
  }

  import(input: ImportInput) {
    return this.#parts.imports.begin(input)
  }

  importResults(input: Parameters<ImportRequests['results']>[0]) {
    return this.#parts.imports.results(input)
  }

  createImage(input: Parameters<SnapshotRequests['beginOfInstance']>[0]) {
    return this.#parts.snapshots.beginOfInstance(input)
  }

  setKey(input: Parameters<GivenKeys['set']>[0]) {
    return this.#parts.givenKeys.set(input)
  }
}
