import type { AccessServices } from '../access/create-access.ts'
import type { Catalogs, Clouds } from '../clouds/index.ts'
import type { DesignServices } from '../designs/create-designs.ts'
import type { CoreServices } from '../records/open-core.ts'
import { ElasticIpKeeper } from './addresses/index.ts'
import { FarmFinisher, FarmResources, Strangers, WakeWatch } from './farms/index.ts'
import { Rollouts } from './rollouts/index.ts'
import { SecurityGroupMaker } from './security-groups/index.ts'
import { ImageFinder, LaunchBreaker, ServerRecords } from './servers/index.ts'

/** The wings that the fleet stands on. */
export interface Below {
  core: CoreServices
  clouds: Clouds
  catalogs: Catalogs
  designs: DesignServices
  access: AccessServices
}

/** What the parts of the fleet share. */
export type Groundwork = ReturnType<typeof createGroundwork>

/** Puts together what does not act by itself. */
export function createGroundwork({ core, clouds, designs }: Below) {
  const { clock, log, ids, events, jobs, tasks, notices, servers, bell } = core
  const { farmStore: farms, roles } = designs
  const { newId, workspaceId } = ids
  const repository = core.ledger.elasticIps
  const addresses = new ElasticIpKeeper({ repository, clock, newId, workspaceId, servers })
  const resources = new FarmResources({ clouds, events })
  resources.register(addresses)
  return {
    addresses,
    resources,
    finisher: new FarmFinisher({ farms, servers, resources, jobs, events, clock, log }),
    wakeWatch: new WakeWatch(clock),
    breaker: new LaunchBreaker({ farms, events, clock }),
    groups: new SecurityGroupMaker({ events, clock, workspaceId }),
    finder: new ImageFinder({ clock }),
    records: new ServerRecords({ servers, roles, clouds, clock, newId }),
    strangers: new Strangers({ servers, tasks, notices, log }),
    rollouts: new Rollouts({ farms, servers, tasks, events, bell, clock }),
  }
}
