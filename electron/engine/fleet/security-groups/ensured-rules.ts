import type { GroupRule } from '../../../../shared/model/security-groups.ts'
import { TAGS } from '../../../../shared/model/tags.ts'
import type { CloudSecurityGroup } from '../../clouds/index.ts'
import { type GroupUsers, isOurs } from './group-usage.ts'

const base = { direction: 'in', comment: '' } as const
const anywhere = { kind: 'cidr', cidr: '0.0.0.0/0' } as const

/** In the group of a farm and location, servers reach each other on every port (reference 7.1). */
export function farmGroupRules(groupId: string): GroupRule[] {
  return [{ ...base, protocol: 'all', fromPort: null, toPort: null, peer: { kind: 'group', groupId } }]
}

/** The group of a farm role admits SSH and ping from anywhere (reference 7.1). */
export function roleGroupRules(sshPort: number): GroupRule[] {
  return [
    { ...base, protocol: 'tcp', fromPort: sshPort, toPort: sshPort, peer: anywhere },
    { ...base, protocol: 'icmp', fromPort: -1, toPort: -1, peer: anywhere },
  ]
}

/** The rules that a launch makes sure of in a group that was made for a farm or a farm role (reference 7.1). */
export function ensuredRules(
  group: Pick<CloudSecurityGroup, 'id' | 'tags'>,
  { farms, workspaceId, sshPortOf }: GroupUsers,
): GroupRule[] {
  const farm = farms.find(({ id }) => id === group.tags[TAGS.farm])
  if (!farm || !isOurs(group, workspaceId)) return []
  const roleId = group.tags[TAGS.farmRole]
  if (roleId === undefined) return farmGroupRules(group.id)
  const role = farm.roles.find(({ id }) => id === roleId)
  return role?.securityGroups.mode === 'default' ? roleGroupRules(sshPortOf(role)) : []
}
