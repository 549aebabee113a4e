import type { Below, Groundwork } from './create-groundwork.ts'
import {
  Adoptions,
  Discovery,
  GivenKeys,
  ImportPlaces,
  ImportPlans,
  ImportRequests,
  Imports,
  SystemRoles,
  UnknownInstances,
} from './discovery/index.ts'
import type { Farms } from './farms/index.ts'
import type { SnapshotRequests } from './image-work/index.ts'

/** Puts together what finds instances that are not ours, and takes them over. */
export function createDiscovery(
  { core, clouds, designs, access }: Below,
  { strangers }: Groundwork,
  { farms, snapshots }: { farms: Farms; snapshots: SnapshotRequests },
) {
  const { tasks, clock, ids, servers, bell } = core
  const { images, imageStore, roles, roleStore, farmStore } = designs
  const { serverKeys: keys } = access
  const { newId, workspaceId } = ids
  const systemRoles = new SystemRoles({ images, imageStore, roles, roleStore, clouds, newId })
  const places = new ImportPlaces({ farms, farmStore, systemRoles })
  const instances = new UnknownInstances({ clouds, servers, workspaceId })
  const plans = new ImportPlans({ instances, farms: farmStore, roles, servers, keys, workspaceId })
  const adoptions = new Adoptions({
    clouds,
    farms: farmStore,
    roles,
    servers,
    strangers,
    clock,
    workspaceId,
  })
  return {
    discovery: new Discovery({
      instances,
      plans,
      imports: new ImportRequests({ plans, places, keys, tasks, newId }),
      snapshots,
      givenKeys: new GivenKeys({ servers, keys }),
    }),
    imports: new Imports({ adoptions, keys, bell, clock }),
  }
}
