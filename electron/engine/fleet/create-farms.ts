import type { Ports } from '../ports.ts'
import type { Below, Groundwork } from './create-groundwork.ts'
import {
  FarmDesigns,
  farmFollowers,
  FarmKnowledge,
  FarmLife,
  FarmPlans,
  FarmRemoval,
  Farms,
  FarmTemplates,
  FarmTimetable,
  FarmTraces,
  HandLaunches,
  SampleFarm,
} from './farms/index.ts'
import { ServersReplacing } from './rollouts/index.ts'

/** Puts together what is done with farms. */
export function createFarms(
  { core, clouds, catalogs, designs, access }: Below,
  ports: Ports,
  { resources, groups, records, rollouts, wakeWatch }: Groundwork,
) {
  const { clock, log, ids, events, jobs, notices, servers, bell } = core
  const { farmStore: store, imageStore, images, roles } = designs
  const { farmKeys: keys } = access
  const knowledge = new FarmKnowledge({
    clouds,
    catalogs,
    farms: store,
    images: imageStore,
    roles,
    keys,
    clock,
  })
  const sample = new SampleFarm({ clouds, resourcesDir: ports.resourcesDir })
  const farmDesigns = new FarmDesigns({ store, knowledge, sample, events, bell, clock, newId: ids.newId })
  const life = new FarmLife({ store, servers, jobs, knowledge, events, bell, ports })
  const traces = new FarmTraces({ clouds, keys, groups })
  jobs.register(farmFollowers({ farms: store, servers, life }))
  return {
    farms: new Farms({
      designs: farmDesigns,
      life,
      byHand: new HandLaunches({ store, servers, jobs, roles, records, bell, clock }),
      replacing: new ServersReplacing({ farms: store, servers, rollouts, roles, images: imageStore, clouds }),
      removal: new FarmRemoval({ store, servers, resources, jobs, traces }),
      plans: new FarmPlans({ store, designs: farmDesigns, servers, resources, knowledge }),
      templates: new FarmTemplates({ store, designs: farmDesigns, clouds, roles, images }),
    }),
    timetable: new FarmTimetable({ farms: store, life, notices, events, wakeWatch, clock, log }),
  }
}
