import type { Decision } from '../../../../shared/logic/farms/farm-decisions.ts'
import { createdEvent, newServers } from '../../../../shared/logic/servers/new-servers.ts'
import type { Cause } from '../../../../shared/model/events.ts'
import type { FarmDesign } from '../../../../shared/model/farms.ts'
import type { Image } from '../../../../shared/model/images.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import type { Clouds } from '../../clouds/index.ts'
import type { RoleDesigns } from '../../designs/roles/index.ts'
import type { Clock } from '../../ports.ts'
import type { ServerStore } from '../../records/servers/index.ts'

interface ServerRecordsOptions {
  servers: ServerStore
  roles: Pick<RoleDesigns, 'nameOf'>
  clouds: Pick<Clouds, 'nameOf'>
  clock: Clock
  newId: () => string
}

/** Writes down servers that are to be launched; the next pass asks the cloud for them. */
export class ServerRecords {
  readonly #options: ServerRecordsOptions

  constructor(options: ServerRecordsOptions) {
    this.#options = options
  }

  async create(
    farm: FarmDesign,
    decision: Extract<Decision, { kind: 'create' }>,
    image: Image,
    causedBy: Cause | null = null,
  ): Promise<Server[]> {
    const { servers, roles, clouds, clock, newId } = this.#options
    const { roleId, cloudId } = decision.farmRole
    const made = newServers(farm, decision, {
      role: roles.nameOf(roleId),
      cloud: clouds.nameOf(cloudId),
      image,
      newId,
      nowMs: clock.now(),
    })
    await servers.put(
      made,
      made.map((server) => ({ server, event: createdEvent(server) })),
      causedBy,
    )
    return made
  }
}
