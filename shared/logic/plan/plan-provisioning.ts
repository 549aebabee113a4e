import type { HeldResource } from '../../model/farm-resources.ts'
import type { FarmRole } from '../../model/farm-roles.ts'
import type { PlanItem } from '../../model/plan.ts'
import type { Server } from '../../model/servers.ts'
import { resourceWords } from './resource-words.ts'
import { hasItsAddress } from '../servers/elastic-address.ts'
import { hasItsHostname } from '../servers/server-hostname.ts'
import { isFollowed } from '../servers/server-provisioning.ts'
import { groupsDesign } from '../servers/server-security-groups.ts'

/** What a plan of one farm role's running servers is made from. */
export interface RunningRole {
  role: FarmRole
  /** The farm role as it is saved, when `role` is a draft of it. */
  saved: FarmRole | undefined
  /** Its servers that stay. */
  servers: readonly Server[]
  held: readonly HeldResource[]
}

/** What the running servers of a farm role get at once: security groups, addresses and host names (reference 3.4, 3.6, 7.4). */
export function provisioningItems(running: RunningRole): PlanItem[] {
  const followed = { ...running, servers: running.servers.filter(isFollowed) }
  return [...groupItems(followed), ...addressItems(followed), ...hostnameItems(followed)]
}

/** What a server that stays gets at once, in words; empty for one that is left as it is. */
export function provisioningOf(server: Server, role: FarmRole, saved: FarmRole | undefined): string[] {
  if (!isFollowed(server)) return []
  return [
    ...(hasOtherGroups(server, role, saved) ? ['security groups'] : []),
    ...(hasItsAddress(server, role) ? [] : ['Elastic IP']),
    ...(hasItsHostname(server, role) ? [] : ['host name']),
  ]
}

/** The design asks for other groups than those that the server was last given. */
function hasOtherGroups({ groups }: Server, role: FarmRole, saved: FarmRole | undefined): boolean {
  const design = groupsDesign(role)
  return (groups?.design ?? (saved ? groupsDesign(saved) : design)) !== design
}

function groupItems({ role, saved, servers }: RunningRole): PlanItem[] {
  const due = servers.filter((server) => hasOtherGroups(server, role, saved))
  if (due.length === 0) return []
  return [
    {
      action: 'change',
      kind: 'security-group',
      name: `security groups of ${role.alias}`,
      reason: `Applies at once to ${serverCount(due.length)}; groups that a server was launched with stay on it`,
      fields: [
        {
          name: 'security groups',
          from: saved ? groupWords(saved) : null,
          to: groupWords(role),
          effect: 'now',
        },
      ],
      serverId: null,
    },
  ]
}

/** `default groups, vpn`. */
export function groupWords({ securityGroups }: Pick<FarmRole, 'securityGroups'>): string {
  return securityGroups.mode === 'named'
    ? securityGroups.groups.join(', ')
    : ['default groups', ...securityGroups.additional].join(', ')
}

function addressItems({ role, saved, servers, held }: RunningRole): PlanItem[] {
  const own = held.filter(({ kind, farmRoleId }) => kind === 'elastic-ip' && farmRoleId === role.id)
  if (!role.network.elasticIps.enabled) {
    if (saved?.network.elasticIps.enabled !== true) return []
    return own.map((one): PlanItem => ({
      action: 'keep',
      kind: 'elastic-ip',
      name: `${resourceWords(one)}${one.index === null ? '' : ` of ${role.alias} #${one.index}`}`,
      reason:
        'It stays with its server, and is the farm’s until the farm is terminated with its cloud objects; until then it costs money',
      fields: [],
      serverId: null,
    }))
  }
  return servers
    .filter((server) => !hasItsAddress(server, role))
    .map((server): PlanItem => {
      const named = role.network.elasticIps.addresses[String(server.index)]
      const there = own.find(({ index }) => index === server.index)
      const address = named ?? there?.detail
      return {
        action: address === undefined ? 'create' : 'change',
        kind: 'elastic-ip',
        name: `address of ${role.alias} #${server.index}`,
        reason:
          address === undefined
            ? 'A new Elastic IP leads to the running server at once'
            : `${address} leads to the running server at once`,
        fields: [],
        serverId: server.id,
      }
    })
}

function hostnameItems({ role, saved, servers }: RunningRole): PlanItem[] {
  const due = servers.filter((server) => !hasItsHostname(server, role))
  if (due.length === 0) return []
  return [
    {
      action: 'change',
      kind: 'farm-role',
      name: `host names of ${role.alias}`,
      reason: `Set at once on ${serverCount(due.length)}, over SSH`,
      fields: [
        {
          name: 'host name',
          from: saved ? saved.network.hostname || 'the cloud’s own' : null,
          to: role.network.hostname,
          effect: 'now',
        },
      ],
      serverId: null,
    },
  ]
}

function serverCount(count: number): string {
  return count === 1 ? '1 running server' : `${count} running servers`
}
