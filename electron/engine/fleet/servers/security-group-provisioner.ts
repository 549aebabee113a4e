import {
  firstGroups,
  groupsChanged,
  groupsOnServer,
  hasItsGroups,
} from '../../../../shared/logic/servers/server-security-groups.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { SecurityGroupMaker } from '../security-groups/index.ts'
import type { Provisioner } from './server-provisioning.ts'

/** Gives running servers the security groups that their farm role's design asks for by now (reference 7.4). */
export function securityGroupProvisioner({
  groups,
  servers,
}: {
  groups: SecurityGroupMaker
  servers: ServerStore
}): Provisioner {
  return {
    name: 'security-groups',
    whileRunning: { what: 'the security groups of its farm role', isThere: hasItsGroups },
    async provision({ server, farm, role, provider, signal }) {
      const { cloudServerId } = server
      if (cloudServerId === null) return
      if (!server.groups) {
        // Imported, or launched before groups were kept: what it has is what it came with.
        await servers.apply(server.id, (now) => ({
          server: { ...now, groups: firstGroups(now, role) },
          events: [],
        }))
        return
      }
      const known = await provider.securityGroups.list(role.location, { signal })
      // A server keeps its VPC, also when its farm role's is another one by now.
      const vpcId = known.find(({ id }) => server.securityGroupIds.includes(id))?.vpcId ?? null
      const wanted = await groups.groupIds(farm, role, { sshPort: server.sshPort, vpcId }, provider)
      signal.throwIfAborted()
      const next = groupsOnServer(server, role, wanted)
      const isSame = next.ids.toSorted().join() === server.securityGroupIds.toSorted().join()
      if (!isSame) {
        // Before the call: what it adds is then known as given, also when the answer is lost.
        const given = { ...next.groups, design: server.groups.design, wanted: server.groups.wanted }
        await servers.apply(server.id, (now) => ({
          server: {
            ...now,
            groups: { ...given, given: [...new Set([...(now.groups?.given ?? []), ...given.given])] },
          },
          events: [],
        }))
        await provider.instanceSettings.setSecurityGroups(role.location, cloudServerId, next.ids, { signal })
      }
      const names = new Map(known.map(({ id, name }) => [id, name]))
      await servers.apply(server.id, (now) => groupsChanged(now, next, (id) => names.get(id) ?? id))
    },
  }
}
