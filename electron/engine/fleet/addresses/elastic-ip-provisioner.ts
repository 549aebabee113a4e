import { AppError } from '../../../../shared/model/errors.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import {
  hasItsAddress,
  ledToBy,
  letGoOf,
  wantsAddress,
} from '../../../../shared/logic/servers/elastic-address.ts'
import type { CloudAddress } from '../../clouds/index.ts'
import type { Provisioner } from '../servers/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { ElasticIpKeeper } from './elastic-ip-keeper.ts'

/** Leads the Elastic IP of a server's index to it, away from the server that had the index before. */
export function elasticIpProvisioner({
  keeper,
  servers,
}: {
  keeper: ElasticIpKeeper
  servers: ServerStore
}): Provisioner {
  return {
    name: 'elastic-ip',
    beforeRunning: { waitingFor: 'its Elastic IP', needs: 'instance', isWanted: wantsAddress },
    whileRunning: { what: 'its Elastic IP', isThere: hasItsAddress },
    async provision({ server, farm, role, provider, signal }) {
      const { cloudServerId } = server
      if (cloudServerId === null) return
      const address = await keeper.addressFor(farm, role, server.index, provider)
      signal.throwIfAborted()
      const former = formerHolder(servers, server, address)
      const isThere = address.instanceId === cloudServerId
      // It leads there, and the list of instances is late to say so.
      if (isThere && server.elasticIp === address.address) return
      if (!isThere) {
        await provider.addresses.associate(role.location, address.id, cloudServerId, { signal })
      }
      if (former) await servers.apply(former.id, (now) => letGoOf(now, address.address))
      await servers.apply(server.id, (now) => ledToBy(now, address.address))
    },
  }
}

/** Who had it, if it is ours; throws while it leads to something that is not. */
function formerHolder(
  servers: ServerStore,
  server: Server,
  { address, instanceId, associationId }: CloudAddress,
): Server | undefined {
  if (instanceId === null && associationId !== null) {
    throw new AppError('cloud.refused', {
      message: `Elastic IP ${address} leads to a network interface of no instance. Take it away there, or choose another for ${serverName(server)}.`,
      retryable: true,
    })
  }
  if (instanceId === null || instanceId === server.cloudServerId) return undefined
  const holder = [...servers.all()].find(({ cloudServerId }) => cloudServerId === instanceId)
  if (holder?.farmRoleId === server.farmRoleId && !isInUse(holder, server)) return holder
  throw new AppError('cloud.refused', {
    message: `Elastic IP ${address} leads to ${holder ? serverName(holder) : instanceId}. Take it away there, or choose another for ${serverName(server)}.`,
    retryable: true,
  })
}

/** Another live server of the farm role keeps what is its own; one on its way out does not. */
function isInUse(holder: Server, wanting: Server): boolean {
  const isLeaving =
    holder.status === 'pending-terminate' || holder.status === 'terminated' || holder.status === 'missing'
  return holder.index !== wanting.index && !isLeaving
}
