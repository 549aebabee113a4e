import type { FarmRole } from '../../../../shared/model/farm-roles.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import {
  firstGroups,
  groupsChanged,
  groupsOnServer,
  hasItsGroups,
} from '../../../../shared/logic/servers/server-upkeep.ts'
import type { SecurityGroupMaker } from '../security-groups/index.ts'
import type { PreparationContext } from './server-preparation.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { Upkeep } from './server-upkeep.ts'

/** Gives running servers the security groups that their farm role's design asks for by now (reference 7.4). */
export class SecurityGroupUpkeep implements Upkeep {
  readonly name = 'security-groups'
  readonly what = 'the security groups of its farm role'
  readonly #groups: SecurityGroupMaker
  readonly #servers: ServerStore

  constructor(options: { groups: SecurityGroupMaker; servers: ServerStore }) {
    this.#groups = options.groups
    this.#servers = options.servers
  }

  isKept(server: Server, role: FarmRole): boolean {
    return hasItsGroups(server, role)
  }

  async keep({ server, farm, role, provider, signal }: PreparationContext): Promise<void> {
    const { cloudServerId } = server
    if (cloudServerId === null) return
    if (!server.groups) {
      // Imported, or launched before groups were kept: what it has is what it came with.
      await this.#servers.apply(server.id, (now) => ({
        server: { ...now, groups: firstGroups(now, role) },
        events: [],
      }))
      return
    }
    const known = await provider.securityGroups.list(role.location, { signal })
    // A server keeps its VPC, also when its farm role's is another one by now.
    const vpcId = known.find(({ id }) => server.securityGroupIds.includes(id))?.vpcId ?? null
    const place = { sshPort: server.sshPort, vpcId }
    const wanted = await this.#groups.groupIds(farm, role, place, provider)
    signal.throwIfAborted()
    const next = groupsOnServer(server, role, wanted)
    const isSame = next.ids.toSorted().join() === server.securityGroupIds.toSorted().join()
    if (!isSame) {
      // Before the call: what it adds is then known as given, also when the answer is lost.
      const given = { ...next.groups, design: server.groups.design, wanted: server.groups.wanted }
      await this.#servers.apply(server.id, (now) => ({
        server: {
          ...now,
          groups: { ...given, given: [...new Set([...(now.groups?.given ?? []), ...given.given])] },
        },
        events: [],
      }))
      await provider.instanceSettings.setSecurityGroups(role.location, cloudServerId, next.ids, { signal })
    }
    const names = new Map(known.map(({ id, name }) => [id, name]))
    await this.#servers.apply(server.id, (now) => groupsChanged(now, next, (id) => names.get(id) ?? id))
  }
}
