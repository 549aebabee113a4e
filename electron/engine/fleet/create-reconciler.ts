import { elasticIpProvisioner } from './addresses/index.ts'
import type { Below, Groundwork } from './create-groundwork.ts'
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
} from './farms/index.ts'
import {
  hostnameProvisioner,
  LaunchSupplies,
  LaunchIntents,
  type probeSsh,
  type Provisioner,
  securityGroupProvisioner,
  ServerLauncher,
  ServerProvisioning,
  tagProvisioner,
} from './servers/index.ts'

/** Puts together what makes the clouds equal to the farms: observing, deciding, launching, provisioning. */
export function createReconciler(
  { core, clouds, designs, access }: Below,
  groundwork: Groundwork,
  parts: { volumes: Provisioner; probeSsh: typeof probeSsh },
) {
  const { clock, log, ids, ledger, servers, bell } = core
  const { farmStore: farms, roles } = designs
  const { farmKeys: keys, connections, targets } = access
  const { addresses, finisher, wakeWatch, breaker, groups, finder, records, strangers } = groundwork
  const { probeSsh } = parts
  const { newToken, workspaceId } = ids
  const provisioners = [
    securityGroupProvisioner({ groups, servers }),
    elasticIpProvisioner({ keeper: addresses, servers }),
    hostnameProvisioner({ servers, connections, target: (server) => targets.of(server), clock }),
    parts.volumes,
    tagProvisioner(servers),
  ]
  const provisioning = new ServerProvisioning({ provisioners, servers, farms, clock, log })

  const policies = new LifePolicies({ farms, wakeWatch })
  const sshWatch = new SshWatch({ servers, provisioning, policies, probeSsh, clock })
  const observer = new Observer({ servers, strangers, sshWatch, policies, wakeWatch, clock, workspaceId })
  const health = new HealthChecks({ servers, farms, clock, log, probeSsh })
  const decider = new FarmDecider({ farms, servers, roles, records, clock })
  const intents = new LaunchIntents({ calls: ledger.cloudCalls, newToken })
  const supplies = new LaunchSupplies({ roles, images: finder, keys, groups, clouds })
  const launcher = new ServerLauncher({
    store: servers,
    intents,
    supplies,
    breaker,
    clock,
    log,
    workspaceId,
  })
  const problems = new FarmProblems({ farms, log })
  const calls = new ServerCalls({ farms, servers, launcher, breaker, problems, clock })
  const pass = new LocationPass({ clouds, observer, health, decider, calls, provisioning, problems })
  const reconciler = new Reconciler({ pass, farms, servers, finisher, wakeWatch, clock, log })
  bell.onRing(() => {
    reconciler.wake()
    // A farm without servers has no location to look at; it is finished all the same.
    finisher.look()
  })
  return {
    start: (): void => reconciler.start(),
    stop: async (): Promise<void> => {
      await reconciler.stop()
      await provisioning.stop()
    },
  }
}
