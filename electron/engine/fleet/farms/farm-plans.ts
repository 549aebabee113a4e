import type { Fault } from '../../../../shared/model/errors.ts'
import type { HeldResource } from '../../../../shared/model/farm-resources.ts'
import type { FarmDesign, FarmInput } from '../../../../shared/model/farms.ts'
import type { Plan } from '../../../../shared/model/plan.ts'
import { planFarm, type PlanKnowledge } from '../../../../shared/logic/plan/farm-plan.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { FarmDesigns } from './farm-designs.ts'
import type { FarmResources } from './farm-resources.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import { inputOf } from './refusals.ts'

export interface FarmPlansOptions {
  store: FarmStore
  designs: Pick<FarmDesigns, 'designOf'>
  servers: ServerStore
  resources: FarmResources
  faultsOf: (input: unknown, farmId?: string) => Promise<Fault[]>
  /** What is known of the clouds and roles that a design names. */
  knowledge: (
    design: FarmDesign,
  ) => Promise<Pick<PlanKnowledge, 'warnings' | 'roleName' | 'cloudName' | 'hasKey' | 'costs'>>
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
    const { store, designs, servers, resources, faultsOf, knowledge } = this.#options
    const farm = store.get(wanted.farmId)
    const { state, ...saved } = farm
    const purpose = wanted.purpose ?? (state.status === 'terminated' ? 'launch' : 'apply')
    const design = wanted.draft ? designs.designOf(wanted.draft, saved) : saved
    const isEnding = purpose === 'terminate' || purpose === 'suspend'
    const [faults, known, held] = await Promise.all([
      isEnding ? [] : faultsOf(inputOf(design), farm.id),
      knowledge(design),
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
