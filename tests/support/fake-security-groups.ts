import type { EngineShape } from '../../electron/api/index.ts'
import { SecurityGroups } from '../../electron/engine/fleet/security-groups/index.ts'
import type { CloudProvider } from '../../electron/engine/clouds/index.ts'
import { AppError } from '../../shared/model/errors.ts'
import type { Cloud } from '../../shared/model/clouds.ts'
import type { Farm } from '../../shared/model/farms.ts'
import { GroupRule } from '../../shared/model/security-groups.ts'
import type { Server } from '../../shared/model/servers.ts'
import { TAGS } from '../../shared/model/tags.ts'
import { MemorySecurityGroups } from './memory-security-groups.ts'

const workspaceId = 'fake'

/** The engine's own security groups over locations in memory, of which one that fails by its health fails here too. */
export function fakeSecurityGroups(world: {
  clouds: () => readonly Cloud[]
  farms: () => readonly Farm[]
  servers: () => readonly Server[]
}): EngineShape['securityGroups'] {
  const places = new Map<string, Pick<CloudProvider, 'securityGroups'>>()
  const at = (cloudId: string, location: string) => {
    const key = `${cloudId}/${location}`
    const known = places.get(key)
    if (known) return known
    const made = { securityGroups: filled(world.farms(), cloudId, location) }
    places.set(key, made)
    return made
  }
  return new SecurityGroups({
    clouds: {
      get: (id) => {
        const cloud = world.clouds().find((one) => one.id === id)
        if (cloud) return cloud
        throw new AppError('input.not_found', { message: `There is no cloud ${id}.` })
      },
      watch: async (cloudId, location, call) => {
        const cloud = world.clouds().find(({ id }) => id === cloudId)
        const error = cloud?.health.find((health) => health.location === location)?.error
        if (error) throw AppError.from(error)
        return call(at(cloudId, location) as CloudProvider)
      },
    },
    catalogs: { keepSecurityGroups: async () => undefined },
    workspace: {
      id: workspaceId,
      farms: { list: world.farms },
      servers: { all: world.servers },
      roles: { imageOf: () => undefined },
    },
    maker: { forgetEnsured: () => undefined },
    events: { tell: async () => undefined },
  })
}

function filled(farms: readonly Farm[], cloudId: string, location: string): MemorySecurityGroups {
  const memory = new MemorySecurityGroups()
  const vpcId = `vpc-0${location.replace(/[^a-z0-9]/g, '').slice(0, 12)}`
  const put = (name: string, description: string, tags: Record<string, string>, rules: object[]): string => {
    const id = `sg-0${(memory.all.size + 1).toString(16).padStart(4, '0')}a41c7b9e52d0`
    const read = rules.map((rule) => GroupRule.parse(rule))
    memory.all.set(id, { id, name, description, vpcId, tags, rules: read })
    return id
  }
  const from = (cidr: string) => ({ peer: { kind: 'cidr', cidr } })
  const out = { direction: 'out', protocol: 'all', ...from('0.0.0.0/0') }
  put('default', 'default VPC security group', {}, [out])
  const office = put('office', 'Administrators at the office and over the VPN', {}, [
    { fromPort: 22, toPort: 22, ...from('203.0.113.0/24'), comment: 'office' },
    { fromPort: 3389, toPort: 3389, ...from('198.51.100.7/32'), comment: 'VPN' },
    { fromPort: 22, toPort: 22, peer: { kind: 'prefix-list', prefixListId: 'pl-0c1f9a' }, comment: 'sites' },
    out,
  ])
  for (const farm of farms) {
    const here = farm.roles.filter((role) => role.cloudId === cloudId && role.location === location)
    if (here.length === 0) continue
    const tags = { [TAGS.workspace]: workspaceId, [TAGS.farm]: farm.id }
    const own = put(`farmhand-farm.${farm.id}`, `Farmhand: servers of ${farm.name}`, tags, [out])
    const group = memory.all.get(own)
    group?.rules.push(GroupRule.parse({ protocol: 'all', peer: { kind: 'group', groupId: own } }))
    for (const role of here) {
      put(
        `farmhand-role.${role.id}`,
        `Farmhand: ${role.alias} of ${farm.name}`,
        { ...tags, [TAGS.farmRole]: role.id },
        [
          { fromPort: 22, toPort: 22, ...from('0.0.0.0/0') },
          { protocol: 'icmp', fromPort: -1, toPort: -1, ...from('0.0.0.0/0') },
          { fromPort: 443, toPort: 443, ...from('0.0.0.0/0'), comment: 'customers' },
          { fromPort: 443, toPort: 443, ...from('::/0'), comment: 'customers' },
          {
            fromPort: 8000,
            toPort: 8010,
            peer: { kind: 'group', groupId: office },
            comment: 'health checks',
          },
          out,
        ],
      )
    }
  }
  return memory
}
