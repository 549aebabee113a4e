import type { FarmDesign } from '../../../../shared/model/farms.ts'
import type { FarmRole } from '../../../../shared/model/farm-roles.ts'
import type { GroupUsage } from '../../../../shared/model/security-groups.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { TAGS } from '../../../../shared/model/tags.ts'
import type { CloudSecurityGroup } from '../../clouds/index.ts'

/** What is known of who uses groups. */
export interface GroupUsers {
  workspaceId: string
  farms: readonly FarmDesign[]
  servers: readonly Server[]
  /** The SSH port that the image of a farm role gives. */
  sshPortOf: (role: FarmRole) => number
}

/** What uses each of the groups of one location, by the group's id. */
export function usageOfGroups(
  place: { cloudId: string; location: string },
  groups: readonly CloudSecurityGroup[],
  { farms, servers, workspaceId, sshPortOf }: GroupUsers,
): Map<string, GroupUsage> {
  const usage = new Map<string, GroupUsage>(
    groups.map(({ id }) => [id, { designs: [], servers: [], groups: [], sshPorts: [] }]),
  )
  const noteSshPort = (id: string, port: number): void => {
    const ports = usage.get(id)?.sshPorts
    if (ports && !ports.includes(port)) ports.push(port)
  }
  for (const farm of farms) {
    for (const role of farm.roles) {
      if (role.cloudId !== place.cloudId || role.location !== place.location) continue
      for (const group of groups) {
        const isNamed = namedGroups(role).some((wanted) => wanted === group.id || wanted === group.name)
        const isMadeForIt = isOurs(group, workspaceId) && group.tags[TAGS.farmRole] === role.id
        if (isNamed || isMadeForIt) {
          usage.get(group.id)?.designs.push({ farmId: farm.id, name: `${farm.name} / ${role.alias}` })
          noteSshPort(group.id, sshPortOf(role))
        }
      }
    }
  }
  for (const group of groups) {
    const farm = farms.find(({ id }) => id === group.tags[TAGS.farm])
    if (farm && isOurs(group, workspaceId) && group.tags[TAGS.farmRole] === undefined) {
      usage.get(group.id)?.designs.push({ farmId: farm.id, name: farm.name })
    }
    for (const id of new Set(
      group.rules.flatMap(({ peer }) => (peer.kind === 'group' ? [peer.groupId] : [])),
    )) {
      if (id !== group.id) usage.get(id)?.groups.push({ id: group.id, name: group.name })
    }
  }
  for (const server of servers) {
    if (
      server.status === 'terminated' ||
      server.cloudId !== place.cloudId ||
      server.location !== place.location
    )
      continue
    const name = `${server.farm} / ${server.alias} #${String(server.index)}`
    for (const id of server.securityGroupIds) {
      usage.get(id)?.servers.push({ serverId: server.id, name })
      noteSshPort(id, server.sshPort)
    }
  }
  return usage
}

/** Was it made by this Farmhand? */
export function isOurs(group: Pick<CloudSecurityGroup, 'tags'>, workspaceId: string): boolean {
  return group.tags[TAGS.workspace] === workspaceId
}

function namedGroups({ securityGroups }: FarmRole): readonly string[] {
  return securityGroups.mode === 'named' ? securityGroups.groups : securityGroups.additional
}
