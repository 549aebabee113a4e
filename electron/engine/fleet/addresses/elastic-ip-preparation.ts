import { AppError } from '../../../../shared/model/errors.ts'
import type { FarmRole } from '../../../../shared/model/farm-roles.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import { ledToBy, letGoOf } from '../../../../shared/logic/servers/elastic-address.ts'
import { hasItsAddress } from '../../../../shared/logic/servers/server-upkeep.ts'
import type { CloudAddress } from '../../clouds/index.ts'
import type { Preparation, PreparationContext, Upkeep } from '../servers/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { ElasticIpKeeper } from './elastic-ip-keeper.ts'

/** Leads the Elastic IP of a server's index to it, away from the server that had the index before. */
export class ElasticIpPreparation implements Preparation, Upkeep {
  readonly name = 'elastic-ip'
  readonly what = 'its Elastic IP'
  readonly waitingFor = 'its Elastic IP'
  readonly needs = 'instance'
  readonly #keeper: ElasticIpKeeper
  readonly #servers: ServerStore

  constructor(options: { keeper: ElasticIpKeeper; servers: ServerStore }) {
    this.#keeper = options.keeper
    this.#servers = options.servers
  }

  applies(server: Server, _farm: Farm, role: FarmRole): boolean {
    return role.network.elasticIps.enabled && server.index > 0
  }

  isKept(server: Server, role: FarmRole): boolean {
    return hasItsAddress(server, role)
  }

  keep(context: PreparationContext): Promise<void> {
    return this.prepare(context)
  }

  async prepare({ server, farm, role, provider, signal }: PreparationContext): Promise<void> {
    const { cloudServerId } = server
    if (cloudServerId === null) return
    const address = await this.#keeper.addressFor(farm, role, server.index, provider)
    signal.throwIfAborted()
    const former = this.#formerHolder(server, address)
    const isThere = address.instanceId === cloudServerId
    // It leads there, and the list of instances is late to say so.
    if (isThere && server.elasticIp === address.address) return
    if (!isThere) {
      await provider.addresses.associate(role.location, address.id, cloudServerId, { signal })
    }
    if (former) await this.#servers.apply(former.id, (now) => letGoOf(now, address.address))
    await this.#servers.apply(server.id, (now) => ledToBy(now, address.address))
  }

  /** Who had it, if it is ours; throws while it leads to something that is not. */
  #formerHolder(server: Server, { address, instanceId, associationId }: CloudAddress): Server | undefined {
    if (instanceId === null && associationId !== null) {
      throw new AppError('cloud.refused', {
        message: `Elastic IP ${address} leads to a network interface of no instance. Take it away there, or choose another for ${serverName(server)}.`,
        retryable: true,
      })
    }
    if (instanceId === null || instanceId === server.cloudServerId) return undefined
    const holder = [...this.#servers.all()].find(({ cloudServerId }) => cloudServerId === instanceId)
    if (holder?.farmRoleId === server.farmRoleId && !isInUse(holder, server)) return holder
    throw new AppError('cloud.refused', {
      message: `Elastic IP ${address} leads to ${holder ? serverName(holder) : instanceId}. Take it away there, or choose another for ${serverName(server)}.`,
      retryable: true,
    })
  }
}

/** Another live server of the farm role keeps what is its own; one on its way out does not. */
function isInUse(holder: Server, wanting: Server): boolean {
  const isLeaving =
    holder.status === 'pending-terminate' || holder.status === 'terminated' || holder.status === 'missing'
  return holder.index !== wanting.index && !isLeaving
}
