import type { FarmRole } from '../../model/farm-roles.ts'
import type { Farm } from '../../model/farms.ts'
import type { Image } from '../../model/images.ts'
import type { ReplacePlan } from '../../model/image-plans.ts'
import type { Role } from '../../model/roles.ts'
import type { Server } from '../../model/servers.ts'
import { STATUS_WORDS } from '../servers/server-actions.ts'
import { serverName } from '../servers/server-steps.ts'

/** What a plan of replacing is made from. */
export interface ReplaceKnowledge {
  roles: readonly Role[]
  farms: readonly Farm[]
  servers: Iterable<Server>
  nowMs: number
}

/** Why the one image cannot stand in for the other; empty when it can. */
export function replaceFaults(from: Image, to: Image): string[] {
  const faults: string[] = []
  if (from.id === to.id) faults.push('It is the same image; choose another one.')
  if (from.cloudId !== to.cloudId || from.location !== to.location) {
    faults.push(`“${to.name}” is in ${to.location}, “${from.name}” in ${from.location}; copy it there first.`)
  }
  if (from.os.family !== to.os.family) {
    faults.push(
      `“${to.name}” is ${to.os.family}, “${from.name}” is ${from.os.family}; a role has one system.`,
    )
  }
  if (from.architecture !== to.architecture) {
    faults.push(
      `“${to.name}” is ${to.architecture}, “${from.name}” is ${from.architecture}; the instance types would not fit.`,
    )
  }
  return faults
}

/** What swapping an image for another in these roles (all that use it, when none are named) would do. */
export function planReplaceImage(
  from: Image,
  to: Image,
  known: ReplaceKnowledge,
  options: { roleIds?: readonly string[] | undefined; rebuild: boolean },
): ReplacePlan {
  const faults = replaceFaults(from, to)
  const roles = known.roles.filter(
    (role) =>
      role.imageIds.some((id) => id === from.id) &&
      (options.roleIds === undefined || options.roleIds.includes(role.id)),
  )
  if (roles.length === 0) faults.push(`No role uses “${from.name}”.`)
  const servers = [...known.servers]
  const planned = roles.map((role) => ({
    id: role.id,
    name: role.name,
    farmRoles: farmRolesOf(role.id, from, known.farms).map(({ farm, farmRole }) => ({
      farmId: farm.id,
      farm: farm.name,
      farmRoleId: farmRole.id,
      alias: farmRole.alias,
      servers: servers
        .filter((server) => server.farmRoleId === farmRole.id && server.status !== 'terminated')
        .filter((server) => server.imageId !== to.id)
        .map((server) => ({
          id: server.id,
          name: serverName(server),
          status: server.status,
          ...outcomeOf(server, farm, options.rebuild),
        })),
    })),
  }))
  return {
    from: from.name,
    to: to.name,
    faults,
    warnings: warningsOf(to, known.nowMs),
    roles: planned,
    counts: countsOf(planned),
  }
}

/** Farm roles that launch a role in the image's place. */
function farmRolesOf(
  roleId: string,
  image: Image,
  farms: readonly Farm[],
): { farm: Farm; farmRole: FarmRole }[] {
  return farms.flatMap((farm) =>
    farm.roles
      .filter(
        (farmRole) =>
          farmRole.roleId === roleId &&
          farmRole.cloudId === image.cloudId &&
          farmRole.location === image.location,
      )
      .map((farmRole) => ({ farm, farmRole })),
  )
}

/** Whether a rollout would rebuild a server, and why not. */
export function outcomeOf(
  server: Server,
  farm: Pick<Farm, 'state'>,
  rebuild: boolean,
): { outcome: 'rebuilt' | 'kept'; reason: string } {
  if (!rebuild) return { outcome: 'kept', reason: 'Only servers launched later use the new image.' }
  if (farm.state.status !== 'running') return { outcome: 'kept', reason: `Its farm is ${farm.state.status}.` }
  if (farm.state.lock) return { outcome: 'kept', reason: `Its farm is locked: ${farm.state.lock.comment}` }
  if (server.lock) return { outcome: 'kept', reason: `It is locked: ${server.lock.comment}` }
  if (server.launchReason === 'imported') {
    return { outcome: 'kept', reason: 'It was imported; what is on it exists nowhere else.' }
  }
  if (server.status !== 'running') {
    return { outcome: 'kept', reason: `It is ${STATUS_WORDS[server.status].toLowerCase()}, not running.` }
  }
  return { outcome: 'rebuilt', reason: 'A new server takes its place, then it is terminated.' }
}

function warningsOf(to: Image, nowMs: number): string[] {
  return to.deprecated !== null && Date.parse(to.deprecated.from) <= nowMs
    ? [`“${to.name}” is deprecated.`]
    : []
}

function countsOf(roles: ReplacePlan['roles']): ReplacePlan['counts'] {
  const farmRoles = roles.flatMap((role) => role.farmRoles)
  const servers = farmRoles.flatMap((farmRole) => farmRole.servers)
  return {
    roles: roles.length,
    farms: new Set(farmRoles.map(({ farmId }) => farmId)).size,
    rebuilt: servers.filter(({ outcome }) => outcome === 'rebuilt').length,
    kept: servers.filter(({ outcome }) => outcome === 'kept').length,
  }
}

/**
 * How a server of this farm role is replaced. What belongs to its index (addresses, volumes, host name) can be on one server
 * at a time, so the old one goes first there; elsewhere the new one runs before the old one ends.
 */
export function replaceMode(farmRole: FarmRole): 'ahead' | 'in-place' {
  const { network, storage } = farmRole
  const holdsIndex =
    network.elasticIps.enabled ||
    Object.keys(network.privateIps).length > 0 ||
    network.hostname !== '' ||
    storage.volumes.length > 0
  return holdsIndex ? 'in-place' : 'ahead'
}
