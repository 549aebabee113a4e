import type { Ports } from '../ports.ts'
import { type Below, createGroundwork } from './create-groundwork.ts'
import { createDiscovery } from './create-discovery.ts'
import { createFarms } from './create-farms.ts'
import { createImageWork } from './create-image-work.ts'
import { createReconciler } from './create-reconciler.ts'
import { createServers } from './create-servers.ts'
import { createStorage } from './create-storage.ts'
import { SecurityGroups } from './security-groups/index.ts'
import type { probeSsh } from './servers/index.ts'

/** Puts together what runs: servers and farms, their volumes, addresses and groups, and what is made of servers. */
export function createFleet(below: Below, ports: Ports, doors: { probeSsh: typeof probeSsh }) {
  const { core, clouds, catalogs, designs } = below
  const { tasks, events, ids, servers, bell } = core
  const groundwork = createGroundwork(below)
  const storage = createStorage(below, ports, groundwork)
  const reconciler = createReconciler(below, groundwork, { volumes: storage.serverVolumes, ...doors })
  const { farms, timetable } = createFarms(below, ports, groundwork)
  const { images, roles, snapshots, runners } = createImageWork(below, groundwork)
  const { discovery, imports } = createDiscovery(below, groundwork, { farms, snapshots })
  tasks.register({ ...runners, rollout: groundwork.rollouts, import: imports })
  return {
    farms,
    servers: createServers(below, groundwork),
    images,
    roles,
    discovery,
    storage: storage.storage,
    securityGroups: new SecurityGroups({
      clouds,
      catalogs,
      workspace: { id: ids.workspaceId, farms: designs.farmStore, servers, roles: designs.roles },
      maker: groundwork.groups,
      events,
    }),
    /** Reads what was. */
    load: (): Promise<void> => storage.load(),
    /** Goes on with rollouts, once the tasks are read. */
    resume: (): Promise<void> => groundwork.rollouts.start(),
    /** Begins to make the cloud equal to the farms. */
    start: (): void => {
      reconciler.start()
      storage.start()
      bell.ring()
      timetable.start()
    },
    stop: async (): Promise<void> => {
      await timetable.stop()
      await reconciler.stop()
      await storage.stop()
    },
  }
}
