import type { Farm, FarmDesign } from '../../../shared/model/farms.ts'
import type { Server } from '../../../shared/model/servers.ts'
import { validateFarm } from '../../../shared/logic/validation/farm-validation.ts'
import { goneWord, resourceWords } from '../../../shared/logic/plan/resource-words.ts'
import type { AccessServices } from '../access/create-access.ts'
import { ElasticIpKeeper, elasticIpProvisioner } from './addresses/index.ts'
import type { CloudProvider } from '../clouds/index.ts'
import type { CoreServices } from '../records/open-core.ts'
import type { DesignServices } from '../designs/create-designs.ts'
import type { Events } from '../records/events/index.ts'
import {
  costKnowledge,
  farmKnowledge,
  placesOf,
  uncheckedPlaces,
  unreachablePlaces,
} from './farm-knowledge.ts'
import {
  createFarms,
  FarmFinisher,
  FarmResources,
  FarmTimetable,
  Reconciler,
  WakeWatch,
  sampleFarm,
} from './farms/index.ts'
import type { Ports } from '../ports.ts'
import {
  hostnameProvisioner,
  ImageFinder,
  LaunchBreaker,
  LaunchIntents,
  type probeSsh,
  securityGroupProvisioner,
  ServerLauncher,
  ServerProvisioning,
  tagProvisioner,
} from './servers/index.ts'
import { SecurityGroupMaker } from './security-groups/index.ts'
import type { ServerStore } from '../records/servers/index.ts'
import { createStorage } from './storage/index.ts'

interface FarmServicesParts {
  core: CoreServices
  ports: Ports
  designs: DesignServices
  access: AccessServices
  servers: ServerStore
  probeSsh: typeof probeSsh
  /** An instance that is just being taken over carries our tags before a record explains it. */
  isBeingImported: (instanceId: string) => boolean
}

/** Puts together what makes the cloud equal to the farms: launching, preparing, storage, reconciling, ending. */
export function createFarmServices(parts: FarmServicesParts) {
  const { core, ports, designs, access, servers } = parts
  const { clock, log, newId, newToken, workspaceId, ledger, events, jobs, notices, inBackground } = core
  const { clouds, farmStore, images, roles, roleStore } = designs
  const { keys, connections, targets } = access
  const imageOf = roles.imageOf.bind(roles)
  const roleName = roles.nameOf.bind(roles)
  const cloudName = (cloudId: string): string => clouds.find(cloudId)?.name ?? cloudId
  const watch: typeof clouds.watch = (cloudId, location, call) => clouds.watch(cloudId, location, call)
  const tellFarm = async (
    farm: Farm,
    kind: Parameters<Events['tell']>[0],
    message: string,
    reason?: string,
  ): Promise<void> => {
    await events.tell(kind, message, { farmId: farm.id, reason: reason ?? null })
  }

  const breaker = new LaunchBreaker({ clock, farms: farmStore, tell: tellFarm })
  const groups = new SecurityGroupMaker({
    workspaceId,
    monotonic: () => clock.monotonic(),
    onCreated: (farm, role, name) => {
      const about = { farmId: farm.id, farmRoleId: role?.id ?? null }
      void inBackground(events.tell('SecurityGroupCreated', `Security group ${name} was made`, about))
    },
  })
  const finder = new ImageFinder({ clock })
  const launcher = new ServerLauncher({
    store: servers,
    intents: new LaunchIntents(ledger.cloudCalls),
    groups,
    images: finder,
    clock,
    log,
    random: Math.random,
    newToken,
    workspaceId,
    imageOf,
    ensureKey: (farm, role, provider) => {
      const os = imageOf(role.roleId, role.cloudId, role.location)?.os.family
      const platform = os === 'windows' ? 'windows' : 'linux'
      return keys.ensure(farm, role, clouds.get(role.cloudId).name, provider, platform)
    },
    onFailure: (role, server) => breaker.failed(role, server),
  })

  const resources = new FarmResources({
    watch,
    onReleased: (farm, held) =>
      events.tell('ResourceReleased', `${resourceWords(held)} of ${farm.name} was ${goneWord(held.kind)}`, {
        farmId: farm.id,
        farmRoleId: held.farmRoleId,
      }),
  })
  const finisher = new FarmFinisher({ farms: farmStore, servers, resources, clock, tell: tellFarm })
  const finish = (): void => void inBackground(finisher.run().then(() => jobs.lookAgain()))
  const elasticIps = new ElasticIpKeeper({
    repository: ledger.elasticIps,
    clock,
    newId,
    workspaceId,
    isIndexTaken: (farmRoleId, index) => servers.holdsIndex(farmRoleId, index),
  })
  const target = (server: Server) => targets.of(server)
  const storage = createStorage({
    ...{ ledger, clouds, events, jobs, connections, workspaceId, clock, log, newId, newToken, target },
    servers,
    farms: () => farmStore.list(),
    resourcesDir: ports.resourcesDir,
    onPass: finish,
  })
  resources.register(elasticIps)
  resources.register(storage.held)
  const provisioners = [
    securityGroupProvisioner({ groups, servers }),
    elasticIpProvisioner({ keeper: elasticIps, servers }),
    hostnameProvisioner({ servers, connections, target, clock }),
    storage.provisioner,
    tagProvisioner(servers),
  ]
  const provisioning = new ServerProvisioning({ provisioners, servers, farms: farmStore, clock, log })

  const wakeWatch = new WakeWatch(clock)
  const reconciler = new Reconciler({
    wakeWatch,
    farms: farmStore,
    servers,
    provisioning,
    clouds,
    launcher,
    breaker,
    clock,
    log,
    newId,
    workspaceId,
    roleName,
    imageOf,
    probeSsh: parts.probeSsh,
    onPass: finish,
    onStranger: (cloudId, location, instance) => {
      if (parts.isBeingImported(instance.id)) return
      notices.show({
        id: `stranger-${instance.id}`,
        severity: 'warning',
        title: `Unknown instance ${instance.id}`,
        message: `${instance.id} in ${location} carries this workspace’s tags, but no record explains it. Farmhand leaves it alone; end it in the cloud if it is not wanted.`,
      })
      log.warn({ cloudId, location, instanceId: instance.id }, 'an instance with our tags is unknown')
    },
  })
  const wake = (): void => {
    reconciler.wake()
    // A farm without servers has no location to look at; it is finished all the same.
    finish()
  }
  const farms = createFarms({
    store: farmStore,
    servers,
    resources,
    jobs,
    clock,
    newId,
    userName: ports.userName,
    roleName,
    cloudName,
    imageOf,
    launchesNone: (roleId) => roleStore.find(roleId)?.isSystem === true,
    names: () => ({ roles: roleStore.list(), clouds: clouds.list() }),
    clouds: () => clouds.list(),
    roles,
    images,
    faultsOf: async (input, farmId) => validateFarm(input, await farmKnowledge(designs, clock), farmId),
    knowledge: async (design) => ({
      warnings: [...unreachablePlaces(designs, design), ...(await uncheckedPlaces(designs, design))],
      roleName,
      cloudName,
      hasKey: (cloudId, location) => keys.find(design.id, cloudId, location) !== undefined,
      costs: await costKnowledge(designs, design),
    }),
    tell: tellFarm,
    cleanUp: cleanUpFarm,
    sampleDocument: () => sampleFarm(ports.resourcesDir, clouds.list()),
    wake,
  })
  const timetable = new FarmTimetable({
    farms: farmStore,
    life: farms.life,
    clock,
    log,
    notify: (notice) => notices.show(notice),
    tell: tellFarm,
    wakeWatch,
  })

  /** Takes the groups and key pairs of a farm out of the clouds, where those are still known. */
  async function cleanUpFarm(farm: FarmDesign & Farm): Promise<void> {
    const open = new Map<string, CloudProvider>()
    const ofKeys = keys.list().filter((key) => key.farmId === farm.id)
    for (const { cloudId, location } of [...placesOf(farm), ...ofKeys]) {
      if (!clouds.find(cloudId)) continue
      const provider = await clouds.provider(cloudId)
      open.set(cloudId, provider)
      if (farm.state.launchedAt === null) continue
      await watch(cloudId, location, () => groups.removeOfFarm(farm.id, location, provider))
    }
    await keys.removeOfFarm(farm.id, (cloudId) => open.get(cloudId))
  }

  return { breaker, groups, finder, storage, farms, wake, watch, start, stop }

  /** Begins to make the cloud equal to the farms. */
  function start(): void {
    reconciler.start()
    storage.keeper.start()
    wake()
    timetable.start()
  }

  async function stop(): Promise<void> {
    await timetable.stop()
    await reconciler.stop()
    await provisioning.stop()
    await storage.keeper.stop()
  }
}
