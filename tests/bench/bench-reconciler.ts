import type { CloudProvider } from '../../electron/engine/clouds/index.ts'
import { FarmStore } from '../../electron/engine/designs/farms/index.ts'
import {
  FarmDecider,
  FarmProblems,
  HealthChecks,
  LifePolicies,
  LocationPass,
  Observer,
  Reconciler,
  ServerCalls,
  SshWatch,
  WakeWatch,
} from '../../electron/engine/fleet/farms/index.ts'
import {
  LaunchBreaker,
  type Provisioner,
  ServerProvisioning,
} from '../../electron/engine/fleet/servers/index.ts'
import { ServerStore } from '../../electron/engine/records/servers/index.ts'
import { systemClock } from '../../electron/headless/index.ts'
import { testEvents } from '../support/events.ts'
import { silentLog } from '../support/test-engine.ts'
import type { largeWorkspace } from './large-workspace.ts'

type World = Pick<ReturnType<typeof largeWorkspace>, 'farms' | 'states' | 'servers'>

/** A reconciler over a world in memory that is as its farms are designed: nothing is to be launched or prepared. */
export async function benchReconciler(
  world: World,
  provider: CloudProvider,
  provisioners: readonly Provisioner[] = [],
): Promise<{ reconciler: Reconciler; servers: ServerStore }> {
  const clock = systemClock
  const log = silentLog
  const farms = new FarmStore({
    designs: { list: async () => world.farms, put: async () => undefined, remove: async () => undefined },
    states: { list: async () => world.states, put: async () => undefined, remove: async () => undefined },
    events: testEvents(clock),
    onChange: () => undefined,
  })
  const servers = new ServerStore({
    repository: {
      recent: async () => world.servers,
      find: async () => undefined,
      putMany: async () => undefined,
    },
    events: testEvents(clock),
    onChange: () => undefined,
  })
  await farms.start()
  await servers.start()
  const provisioning = new ServerProvisioning({ provisioners, servers, farms, clock, log })
  const wakeWatch = new WakeWatch(clock)
  const policies = new LifePolicies({ farms, wakeWatch })
  const probeSsh = async () => true
  const problems = new FarmProblems({ farms, log })
  const nothing = () => Promise.reject(new Error('nothing is to be launched'))
  const pass = new LocationPass({
    clouds: { watch: (_cloudId, _location, call) => call(provider), noteObserved: () => undefined },
    observer: new Observer({
      servers,
      strangers: { look: async () => undefined },
      sshWatch: new SshWatch({ servers, provisioning, policies, probeSsh, clock }),
      policies,
      wakeWatch,
      clock,
      workspaceId: 'bench',
    }),
    health: new HealthChecks({ servers, farms, clock, log, probeSsh }),
    decider: new FarmDecider({
      farms,
      servers,
      roles: { imageOf: () => undefined },
      records: { create: nothing },
      clock,
    }),
    calls: new ServerCalls({
      farms,
      servers,
      launcher: { launch: nothing },
      breaker: new LaunchBreaker({ farms, events: testEvents(clock), clock }),
      problems,
      clock,
    }),
    provisioning,
    problems,
  })
  const finisher = { look: () => undefined }
  return { reconciler: new Reconciler({ pass, farms, servers, finisher, wakeWatch, clock, log }), servers }
}
