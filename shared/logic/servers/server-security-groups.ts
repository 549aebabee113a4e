import type { FarmRole } from '../../model/farm-roles.ts'
import type { Server, ServerGroups } from '../../model/servers.ts'
import { type LifeStep, serverName, told } from './server-steps.ts'

/** Asked for every server at every pass, while there are few designs; those are never changed in place. */
const knownDesigns = new WeakMap<FarmRole['securityGroups'], string>()

/** The security groups that a farm role's design asks for, as a text that changes when they do. */
export function groupsDesign({ securityGroups }: Pick<FarmRole, 'securityGroups'>): string {
  const known = knownDesigns.get(securityGroups)
  if (known !== undefined) return known
  const design =
    securityGroups.mode === 'named'
      ? JSON.stringify(['named', ...securityGroups.groups])
      : JSON.stringify(['default', ...securityGroups.additional])
  knownDesigns.set(securityGroups, design)
  return design
}

/** What a launch with these groups leaves in the ledger. */
export function groupsOfLaunch(role: Pick<FarmRole, 'securityGroups'>, ids: readonly string[]): ServerGroups {
  return { atLaunch: [...ids], given: [], design: groupsDesign(role), wanted: [...ids] }
}

/** For a server of which the ledger does not say it: what it has now counts as its launch's, and the design as followed. */
export function firstGroups(server: Server, role: Pick<FarmRole, 'securityGroups'>): ServerGroups {
  return { atLaunch: server.securityGroupIds, given: [], design: groupsDesign(role), wanted: [] }
}

/** Whether a server has the groups of its design. Decided by what is known, so that a look at it costs no call. */
export function hasItsGroups(server: Server, role: Pick<FarmRole, 'securityGroups'>): boolean {
  const { groups, securityGroupIds } = server
  if (!groups) return false
  return groups.design === groupsDesign(role) && groups.wanted.every((id) => securityGroupIds.includes(id))
}

/**
 * The groups that a server should have once its design comes to `wanted` (reference 7.4): those are added, and what was given
 * to it before and is not wanted any more goes. Those of its launch stay, and what a person added in the cloud is left alone.
 */
export function groupsOnServer(
  server: Server,
  role: Pick<FarmRole, 'securityGroups'>,
  wanted: readonly string[],
): { ids: string[]; groups: ServerGroups } {
  const before = server.groups ?? firstGroups(server, role)
  const leaving = new Set(before.given.filter((id) => !wanted.includes(id)))
  const staying = server.securityGroupIds.filter((id) => !leaving.has(id))
  const added = wanted.filter((id) => !staying.includes(id))
  const given = [...before.given.filter((id) => !leaving.has(id)), ...added].filter(
    (id) => !before.atLaunch.includes(id),
  )
  return {
    ids: [...staying, ...added],
    groups: {
      atLaunch: before.atLaunch,
      given: [...new Set(given)],
      design: groupsDesign(role),
      wanted: [...wanted],
    },
  }
}

/** The server has these groups now. */
export function groupsChanged(
  server: Server,
  { ids, groups }: ReturnType<typeof groupsOnServer>,
  nameOf: (id: string) => string,
): LifeStep {
  const added = ids.filter((id) => !server.securityGroupIds.includes(id))
  const taken = server.securityGroupIds.filter((id) => !ids.includes(id))
  const next = { ...server, groups, securityGroupIds: ids }
  if (added.length + taken.length === 0) return { server: next, events: [] }
  const words = [
    ...(added.length > 0 ? [`got ${added.map(nameOf).join(', ')}`] : []),
    ...(taken.length > 0 ? [`lost ${taken.map(nameOf).join(', ')}`] : []),
  ]
  const message = `Security groups of ${serverName(server)}: it ${words.join(' and ')}`
  return {
    server: next,
    events: [told('ServerGroupsChanged', message, 'system', 'its farm role says so')],
  }
}
