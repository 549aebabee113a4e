import type { HeldResource } from '../../../../shared/model/farm-resources.ts'
import type { FarmInput } from '../../../../shared/model/farms.ts'
import type { Plan } from '../../../../shared/model/plan.ts'
import { planFarm } from '../../../../shared/logic/plan/farm-plan.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { FarmDesigns } from './farm-designs.ts'
import type { FarmKnowledge } from './farm-knowledge.ts'
import type { FarmResources } from './farm-resources.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import { inputOf } from './refusals.ts'

interface FarmPlansOptions {
  store: FarmStore
  designs: FarmDesigns
  servers: ServerStore
  resources: FarmResources
  knowledge: FarmKnowledge
}

/** What would happen, before it does. */
export class FarmPlans {
  readonly #options: FarmPlansOptions

  constructor(options: FarmPlansOptions) {
    this.#options = options
  }

  async resources({ farmId }: { farmId: string }): Promise<HeldResource[]> {
    return this.#options.resources.ofFarm(this.#options.store.get(farmId).id)
  }

  async plan(wanted: {
    farmId: string
    purpose?: Plan['purpose'] | undefined
    draft?: FarmInput | undefined
    deleteCloudObjects?: boolean | undefined
  }): Promise<Plan> {
    const { store, designs, servers, resources, knowledge } = this.#options
    const farm = store.get(wanted.farmId)
    const { state, ...saved } = farm
    const purpose = wanted.purpose ?? (state.status === 'terminated' ? 'launch' : 'apply')
    const design = wanted.draft ? designs.designOf(wanted.draft, saved) : saved
    const isEnding = purpose === 'terminate' || purpose === 'suspend'
    const [faults, known, held] = await Promise.all([
      isEnding ? [] : knowledge.faultsOf(inputOf(design), farm.id),
      knowledge.forPlan(design),
      resources.ofFarm(farm.id),
    ])
    return planFarm(design, purpose, {
      ...known,
      state,
      servers: servers.ofFarm(farm.id),
      held,
      deleteCloudObjects: wanted.deleteCloudObjects === true,
      faults,
      ...(wanted.draft && purpose === 'apply' ? { running: saved } : {}),
    })
  }
}
