import { watchEffect } from 'vue'
import {
  type Cost,
  type CostKnowledge,
  designCost,
  NO_COST,
  runningCost,
} from '../../shared/logic/plan/farm-cost.ts'
import type { Farm } from '../../shared/model/farms.ts'
import type { Server } from '../../shared/model/servers.ts'
import { useCatalogs } from './catalogs.ts'
import { useFarms, useImages, useRoles } from './index.ts'

/**
 * What farms cost an hour by the last known prices: what runs now, or the fewest servers of the design while nothing does.
 * Asks for the catalogues of all places that farms name.
 */
export function useFarmCosts(): (farm: Farm, servers: readonly Server[]) => Cost {
  const catalogs = useCatalogs()
  const farms = useFarms()
  const roles = useRoles()
  const images = useImages()

  watchEffect(() => {
    for (const farm of farms.all) for (const role of farm.roles) catalogs.want(role.cloudId, role.location)
  })

  const knowledge: CostKnowledge = {
    prices: (cloudId, location) => catalogs.entry(cloudId, location)?.catalog?.prices ?? null,
    osOf: (roleId, cloudId, location) =>
      roles.byId
        .get(roleId)
        ?.imageIds.map((id) => images.byId.get(id))
        .find((image) => image?.cloudId === cloudId && image.location === location)?.os.family,
  }

  return (farm, servers) => {
    if (farm.state.status === 'terminated') return designCost(farm.roles, knowledge).min
    const byId = new Map<string, Farm['roles'][number]>(farm.roles.map((role) => [role.id, role]))
    if (servers.length === 0) return NO_COST
    return runningCost(servers, { ...knowledge, roleOf: ({ farmRoleId }) => byId.get(farmRoleId) })
  }
}
