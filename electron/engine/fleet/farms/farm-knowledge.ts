import type { CostKnowledge } from '../../../../shared/logic/plan/farm-cost.ts'
import type { PlanKnowledge } from '../../../../shared/logic/plan/farm-plan.ts'
import { validateFarm } from '../../../../shared/logic/validation/farm-validation.ts'
import type { Catalog } from '../../../../shared/model/clouds.ts'
import type { Fault } from '../../../../shared/model/errors.ts'
import type { FarmRole } from '../../../../shared/model/farm-roles.ts'
import type { FarmDesign } from '../../../../shared/model/farms.ts'
import type { Image } from '../../../../shared/model/images.ts'
import type { FarmKeys } from '../../access/keys/index.ts'
import type { Catalogs, Clouds } from '../../clouds/index.ts'
import type { DesignStore } from '../../designs/documents/index.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { RoleDesigns } from '../../designs/roles/index.ts'
import type { Clock } from '../../ports.ts'
import type { Names } from './farm-documents.ts'

interface FarmKnowledgeOptions {
  clouds: Clouds
  catalogs: Catalogs
  farms: FarmStore
  images: DesignStore<Image>
  roles: RoleDesigns
  keys: FarmKeys
  clock: Clock
}

/** What is known without a network about everything that a farm may name. */
export class FarmKnowledge {
  readonly #options: FarmKnowledgeOptions

  constructor(options: FarmKnowledgeOptions) {
    this.#options = options
  }

  /** What documents call roles and clouds. */
  names(): Names {
    const { roles, clouds } = this.#options
    return { roles: roles.all(), clouds: clouds.list() }
  }

  /** Every fault of a design as launching would find it; `farmId` is the farm that it belongs to. */
  async faultsOf(input: unknown, farmId?: string): Promise<Fault[]> {
    const { clouds, catalogs, farms, images, roles, clock } = this.#options
    const known = clouds.list()
    const offers = await Promise.all(
      known.flatMap((cloud) => cloud.locations.map((location) => catalogs.known(cloud.id, location))),
    )
    const knowledge = {
      farms: farms.list(),
      nowMs: clock.now(),
      roles: roles.all(),
      images: images.list(),
      clouds: known,
      catalogs: offers.filter((catalog) => catalog !== undefined),
    }
    return validateFarm(input, knowledge, farmId)
  }

  /** What a plan says of the clouds and roles that a design names. */
  async forPlan(
    design: FarmDesign,
  ): Promise<Pick<PlanKnowledge, 'warnings' | 'roleName' | 'cloudName' | 'hasKey' | 'costs'>> {
    const { clouds, roles, keys } = this.#options
    return {
      warnings: [...this.#unreachablePlaces(design), ...(await this.#uncheckedPlaces(design))],
      roleName: (roleId) => roles.nameOf(roleId),
      cloudName: (cloudId) => clouds.nameOf(cloudId),
      hasKey: (cloudId, location) => keys.find(design.id, cloudId, location) !== undefined,
      costs: await this.#costs(design),
    }
  }

  /** The last known prices of the places where a farm runs. */
  async #costs(design: FarmDesign): Promise<CostKnowledge> {
    const { catalogs, roles } = this.#options
    const known = new Map<string, Catalog | undefined>()
    for (const { cloudId, location } of placesOf(design)) {
      known.set(`${cloudId}/${location}`, await catalogs.known(cloudId, location))
    }
    return {
      prices: (cloudId, location) => known.get(`${cloudId}/${location}`)?.prices ?? null,
      osOf: (roleId, cloudId, location) => roles.imageOf(roleId, cloudId, location)?.os.family,
    }
  }

  /** A sentence for each place of a farm whose cloud gave no answer at the last look. */
  #unreachablePlaces(design: FarmDesign): string[] {
    return placesOf(design).flatMap(({ cloudId, location }) => {
      const cloud = this.#options.clouds.find(cloudId)
      const health = cloud?.health.find((place) => place.location === location)
      if (!cloud || health?.state !== 'failing') return []
      return [`${cloud.name} cannot be reached in ${location} now: ${health.error?.message ?? 'no answer'}`]
    })
  }

  /** A sentence for each place of which no catalogue was ever read: what a farm names there is not checked. */
  async #uncheckedPlaces(design: FarmDesign): Promise<string[]> {
    const { clouds, catalogs } = this.#options
    const sentences: string[] = []
    for (const { cloudId, location } of placesOf(design)) {
      const cloud = clouds.find(cloudId)
      if (!cloud || (await catalogs.known(cloudId, location)) !== undefined) continue
      sentences.push(
        `What ${cloud.name} has in ${location} is not known yet: instance types, zones, subnets and security groups that farm roles name there are not checked. Refresh the cloud to check them.`,
      )
    }
    return sentences
  }
}

/** Each place of a farm once. */
export function placesOf(design: FarmDesign): FarmRole[] {
  return [...new Map(design.roles.map((role) => [`${role.cloudId}/${role.location}`, role])).values()]
}
