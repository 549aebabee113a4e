import type { CostKnowledge } from '../../../shared/logic/plan/farm-cost.ts'
import type { FarmKnowledge } from '../../../shared/logic/validation/farm-validation.ts'
import type { Catalog } from '../../../shared/model/clouds.ts'
import type { FarmRole } from '../../../shared/model/farm-roles.ts'
import type { FarmDesign } from '../../../shared/model/farms.ts'
import type { DesignServices } from '../designs/create-designs.ts'
import type { Clock } from '../ports.ts'

type Designs = Pick<
  DesignServices,
  'clouds' | 'catalogs' | 'farmStore' | 'imageStore' | 'roleStore' | 'roles'
>

/** What is known without a network about everything that a farm may name. */
export async function farmKnowledge(designs: Designs, clock: Clock): Promise<FarmKnowledge> {
  const { clouds, catalogs, farmStore, imageStore, roleStore } = designs
  const known = clouds.list()
  const offers = await Promise.all(
    known.flatMap((cloud) => cloud.locations.map((location) => catalogs.known(cloud.id, location))),
  )
  return {
    farms: farmStore.list(),
    nowMs: clock.now(),
    roles: roleStore.list(),
    images: imageStore.list(),
    clouds: known,
    catalogs: offers.filter((catalog) => catalog !== undefined),
  }
}

/** The last known prices of the places where a farm runs. */
export async function costKnowledge(
  { catalogs, roles }: Designs,
  design: FarmDesign,
): Promise<CostKnowledge> {
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
export function unreachablePlaces({ clouds }: Designs, design: FarmDesign): string[] {
  return placesOf(design).flatMap(({ cloudId, location }) => {
    const cloud = clouds.find(cloudId)
    const health = cloud?.health.find((place) => place.location === location)
    if (!cloud || health?.state !== 'failing') return []
    return [`${cloud.name} cannot be reached in ${location} now: ${health.error?.message ?? 'no answer'}`]
  })
}

/** A sentence for each place of which no catalogue was ever read: what a farm names there is not checked. */
export async function uncheckedPlaces({ clouds, catalogs }: Designs, design: FarmDesign): Promise<string[]> {
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

/** Each place of a farm once. */
export function placesOf(design: FarmDesign): FarmRole[] {
  return [...new Map(design.roles.map((role) => [`${role.cloudId}/${role.location}`, role])).values()]
}
