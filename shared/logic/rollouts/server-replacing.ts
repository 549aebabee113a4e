import type { Farm } from '../../model/farms.ts'
import type { ReplaceableServer, ServersReplacePlan } from '../../model/server-replacing.ts'
import type { Server } from '../../model/servers.ts'
import { draftOf } from '../drafts/farm-draft.ts'
import { outcomeOf, replaceMode } from './replace-plan.ts'
import { compareServer, isComparable, type ServerComparison } from '../servers/server-differences.ts'
import { serverName } from '../servers/server-steps.ts'

/** What is held against servers. */
export interface ReplaceComparison extends Omit<ServerComparison, 'designedImageId'> {
  /** The image that a launch of the farm role would take; null while it is not known. */
  imageOf: (roleId: string, cloudId: string, location: string) => string | null
}

/** Differences that a new server does not have: address and host name reach running servers, and an index stays. */
const MENDED_OTHERWISE = /^(?:network\.elasticIps|network\.hostname|scaling\.|location$|cloudId$)/

/**
 * What replacing the servers of a farm would do (reference 3.7: changed storage, type, image or location reach only servers
 * that are launched later). Without `serverIds` those that are known to differ; with them exactly those, as a design holds
 * more than can be seen on a server.
 */
export function planServersReplace(
  farm: Farm,
  servers: readonly Server[],
  known: ReplaceComparison,
  serverIds?: readonly string[],
): ServersReplacePlan {
  const draft = new Map(draftOf(farm).roles.map((role) => [role.id, role]))
  const listed = servers
    .filter(isComparable)
    .toSorted((a, b) => a.alias.localeCompare(b.alias) || a.index - b.index)
    .flatMap((server): ReplaceableServer[] => {
      const role = farm.roles.find(({ id }) => id === server.farmRoleId)
      const wanted = draft.get(server.farmRoleId)
      if (!role || !wanted) return []
      const designedImageId = known.imageOf(role.roleId, role.cloudId, role.location)
      const differences = compareServer(server, wanted, { ...known, designedImageId })
        .filter(({ path }) => !MENDED_OTHERWISE.test(path))
        .map(({ field, design, running }) => ({ field, design, running }))
      const isWanted = serverIds ? serverIds.includes(server.id) : differences.length > 0
      if (!isWanted) return []
      const { outcome, reason } = outcomeOf(server, farm, true)
      const mode = replaceMode(role)
      return [
        {
          id: server.id,
          name: serverName(server),
          farmRoleId: role.id,
          status: server.status,
          differences,
          mode,
          outcome: outcome === 'rebuilt' ? 'replaced' : 'kept',
          reason:
            outcome === 'rebuilt' && mode === 'in-place'
              ? 'It ends first: its index holds an address, a name or volumes, which the new server takes over.'
              : reason,
        },
      ]
    })
  const replaced = listed.filter(({ outcome }) => outcome === 'replaced').length
  return {
    farmId: farm.id,
    farm: farm.name,
    servers: listed,
    counts: { replaced, kept: listed.length - replaced },
  }
}
