import { randomBytes, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Image } from '../../shared/model/images.ts'
import { AppError } from '../../shared/model/errors.ts'
import type { FarmRole } from '../../shared/model/farm-roles.ts'
import type { Farm, FarmDesign } from '../../shared/model/farms.ts'
import { ServerId } from '../../shared/model/ids.ts'
import { Role } from '../../shared/model/roles.ts'
import type { Server } from '../../shared/model/servers.ts'
import type { CostKnowledge } from '../../shared/logic/farm-cost.ts'
import { type FarmKnowledge, validateFarm } from '../../shared/logic/farm-validation.ts'
import { decreasedMin, terminateDelayOf } from '../../shared/logic/server-ends.ts'
import { withHostKey } from '../../shared/logic/server-life.ts'
import { ElasticIpKeeper, ElasticIpPreparation } from './addresses/index.ts'
import { keyOfServer } from '../../shared/logic/ssh-keys.ts'
import { CloudAccounts, cloudOpeners, type CloudProvider, Clouds, listAwsProfiles } from './clouds/index.ts'
import type { DataDir } from './data-dir/index.ts'
import { ServerKeys } from './discovery/index.ts'
import { Events } from './events/index.ts'
import {
  createFarms,
  FarmFinisher,
  farmFollowers,
  FarmResources,
  FarmStore,
  FarmTimetable,
  Reconciler,
} from './farms/index.ts'
import { goneWord, resourceWords } from '../../shared/logic/resource-words.ts'
import { ChangeFeed, publishTo } from './feed/index.ts'
import { createImageServices } from './image-services.ts'
import { Jobs } from './jobs/index.ts'
import { Notices } from './notices/index.ts'
import { openState } from './open-state.ts'
import type { Ports } from './ports.ts'
import { Prompts } from './prompts/index.ts'
import { DesignStore, Images, Roles, StarterRoles } from './roles/index.ts'
import { SecurityGroups } from './security-groups/index.ts'
import {
  createServers,
  execOnServer,
  HostnamePreparation,
  ImageFinder,
  LaunchBreaker,
  LaunchIntents,
  probeSsh,
  SecurityGroupMaker,
  serverFollowers,
  ServerLauncher,
  ServerPreparations,
  ServerStore,
  SshTargets,
} from './servers/index.ts'
import { createKeys } from './keys/index.ts'
import { decryptWindowsPassword, FarmKeys, HostKeys, SshConnections } from './ssh/index.ts'
import { Tasks } from './tasks/index.ts'
import { createStorage } from './storage/index.ts'
import { Terminals } from './terminals/index.ts'

/** Short ids keep tags and file names readable: 12 characters of 5 bits, 60 random bits. */
function newId(): string {
  const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789'
  return [...randomBytes(12)].map((byte) => alphabet[byte % alphabet.length]).join('')
}

/** The ways out to the world that tests and benchmarks replace. */
export interface Doors {
  openers?: ReturnType<typeof cloudOpeners>
  probeSsh?: typeof probeSsh
}

/** The engine: everything that Farmhand does, without a host and without a screen. */
export type Engine = Awaited<ReturnType<typeof createEngine>>

/**
 * Opens the data directory and puts the services together; nothing acts before `start`. Throws `state.in_use` when another
 * engine owns the directory, `vault.locked` when the vault's key cannot be had, `state.newer` for files of a newer Farmhand.
 */
export async function createEngine(ports: Ports, doors: Doors = {}) {
  const { clock, log } = ports
  const { dataDir, workspace, ledger, vault } = await openState(ports)
  const workspaceId = workspace.id

  const feed = new ChangeFeed({ epoch: randomUUID(), clock })
  const notices = new Notices({ clock, onChange: publishTo(feed, 'notices') })
  const events = new Events({ repository: ledger.events, clock, newId })
  const prompts = new Prompts({ clock, newId, onChange: publishTo(feed, 'prompts') })
  const jobs = new Jobs({
    repository: ledger.jobs,
    clock,
    log,
    newId,
    onChange: (job) => feed.put('jobs', job),
  })
  const tasks = new Tasks({ repository: ledger.tasks, jobs, clock, log })

  const imageStore = new DesignStore<Image>({
    noun: 'image',
    schema: Image,
    repository: workspace.images,
    onChange: publishTo(feed, 'images'),
  })
  const roleStore = new DesignStore<Role>({
    noun: 'role',
    schema: Role,
    repository: workspace.roles,
    onChange: publishTo(feed, 'roles'),
  })
  const farmStore = new FarmStore({
    designs: workspace.farms,
    states: ledger.farmStates,
    onChange: publishTo(feed, 'farms'),
  })
  const clouds = new Clouds({
    repository: workspace.clouds,
    vault,
    catalogs: ledger.catalogs,
    clock,
    log,
    newId,
    openers: doors.openers ?? cloudOpeners({ ports, dataDir: dataDir.path }),
    onChange: publishTo(feed, 'clouds'),
  })
  const images = new Images({
    store: imageStore,
    clock,
    newId,
    clouds: () => clouds.list(),
    roles: () => roleStore.list(),
  })
  const roles = new Roles({
    store: roleStore,
    images: imageStore,
    clock,
    newId,
    farms: () => farmStore.list(),
  })
  const starters = new StarterRoles({
    images,
    roles,
    imageStore,
    roleStore,
    file: join(ports.resourcesDir, 'catalog', 'starter-roles.json'),
  })
  const accounts = new CloudAccounts({
    clouds,
    jobs,
    profiles: () => listAwsProfiles(ports),
    addStarters: (cloud) => starters.add(cloud),
    usersOf: usersOfCloud,
    forgetImages: (cloudId) => roles.forgetImagesOf(cloudId),
  })
  const keys = new FarmKeys({
    repository: ledger.sshKeys,
    vault,
    clock,
    newId,
    workspaceId,
    onChange: publishTo(feed, 'keys'),
    onCreated: (key) => {
      const message = `Key pair ${key.name} was made for ${key.location}`
      void inBackground(events.tell('KeyCreated', message, { farmId: key.farmId }))
    },
  })
  const serverStore = new ServerStore({
    repository: ledger.servers,
    clock,
    newId,
    onChange: (changed, forgotten) => {
      feed.put('servers', ...changed)
      if (changed.some(({ status }) => status === 'terminated')) storage.keeper.wake()
      feed.drop('servers', ...forgotten)
      void inBackground(jobs.lookAgain())
      void inBackground(imageServices.discovery.forgetKeys(changed))
      tasks.wake()
    },
  })
  const serverKeys = new ServerKeys(vault)

  const hostKeys = new HostKeys({
    store: ledger.hostKeys,
    clock,
    log,
    askPerson: ({ serverId, ...question }) =>
      prompts.ask({ kind: 'host-key-changed', serverId: ServerId.parse(serverId), ...question }),
    onTrusted: ({ hostKey, label, replaced }) => {
      const kind = replaced ? 'HostKeyChanged' : 'HostKeyPinned'
      const message = replaced
        ? `The new host key of ${label} was accepted: ${hostKey.fingerprint}`
        : `The host key of ${label} is ${hostKey.fingerprint} from now on`
      const about = { serverId: hostKey.serverId, farmId: serverStore.find(hostKey.serverId)?.farmId ?? null }
      void inBackground(events.tell(kind, message, { ...about, reason: `trusted by ${hostKey.trustedBy}` }))
      void inBackground(
        serverStore.apply(hostKey.serverId, (server) => withHostKey(server, hostKey.fingerprint)),
      )
    },
  })
  const connections = new SshConnections({ hostKeys, clock, log })
  const targets = new SshTargets({
    findKey: (server) => keyOfServer(keys.list(), server),
    privateKey: (key) => keys.privateKey(key),
    ownKey: (server) => serverKeys.of(server),
    isPinned: async (serverId) => (await hostKeys.pinned(serverId)) !== undefined,
    provider: (cloudId) => clouds.provider(cloudId),
  })
  const terminals = new Terminals({
    connections,
    resolveServer: async (serverId) => targets.of(serverStore.get(serverId)),
    clock,
    log,
    newId,
    env: ports.env,
    homeDir: ports.homeDir,
  })
  terminals.onChange(publishTo(feed, 'terminals'))

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
    store: serverStore,
    intents: new LaunchIntents(ledger.cloudCalls),
    groups,
    images: finder,
    clock,
    log,
    random: Math.random,
    newToken: randomUUID,
    workspaceId,
    imageOf: (roleId, cloudId, location) => roles.imageOf(roleId, cloudId, location),
    ensureKey: (farm: FarmDesign, role: FarmRole, provider: CloudProvider) =>
      keys.ensure(
        farm,
        role,
        clouds.get(role.cloudId).name,
        provider,
        roles.imageOf(role.roleId, role.cloudId, role.location)?.os.family === 'windows'
          ? 'windows'
          : 'linux',
      ),
    onFailure: (role, server) => breaker.failed(role, server),
  })
  const preparations = new ServerPreparations({ servers: serverStore, farms: farmStore, clock, log })
  const resources = new FarmResources({
    watch: (cloudId, location, call) => clouds.watch(cloudId, location, call),
    onReleased: (farm, held) =>
      events.tell('ResourceReleased', `${resourceWords(held)} of ${farm.name} was ${goneWord(held.kind)}`, {
        farmId: farm.id,
        farmRoleId: held.farmRoleId,
      }),
  })
  const elasticIps = new ElasticIpKeeper({
    repository: ledger.elasticIps,
    clock,
    newId,
    workspaceId,
    isIndexTaken: (farmRoleId, index) => serverStore.holdsIndex(farmRoleId, index),
  })
  resources.register(elasticIps)
  preparations.add(new ElasticIpPreparation({ keeper: elasticIps, servers: serverStore }))
  preparations.add(
    new HostnamePreparation({
      servers: serverStore,
      connections,
      target: (server) => targets.of(server),
      clock,
    }),
  )
  const storage = createStorage({
    ...{ ledger, clouds, events, jobs, connections, workspaceId, clock, log, newId },
    servers: serverStore,
    farms: () => farmStore.list(),
    target: (server) => targets.of(server),
    resourcesDir: ports.resourcesDir,
    newToken: randomUUID,
    onPass: () => void inBackground(finisher.run().then(() => jobs.lookAgain())),
  })
  preparations.add(storage.preparation)
  resources.register(storage.held)
  const finisher = new FarmFinisher({
    farms: farmStore,
    servers: serverStore,
    resources,
    clock,
    tell: tellFarm,
  })
  const reconciler = new Reconciler({
    farms: farmStore,
    servers: serverStore,
    preparations,
    clouds,
    launcher,
    breaker,
    clock,
    log,
    newId,
    workspaceId,
    roleName: (roleId) => roles.nameOf(roleId),
    imageOf: (roleId, cloudId, location) => roles.imageOf(roleId, cloudId, location),
    probeSsh: doors.probeSsh ?? probeSsh,
    onPass: () => void inBackground(finisher.run().then(() => jobs.lookAgain())),
    onStranger: (cloudId, location, instance) => {
      if (imageServices.discovery.isBeingImported(instance.id)) return
      notices.show({
        id: `stranger-${instance.id}`,
        severity: 'warning',
        title: `Unknown instance ${instance.id}`,
        message: `${instance.id} in ${location} carries this workspace’s tags, but no record explains it. Farmhand leaves it alone; end it in the cloud if it is not wanted.`,
      })
      log.warn({ cloudId, location, instanceId: instance.id }, 'an instance with our tags is unknown')
    },
  })
  const farms = createFarms({
    store: farmStore,
    servers: serverStore,
    resources,
    jobs,
    clock,
    newId,
    userName: ports.userName,
    names: () => ({ roles: roleStore.list(), clouds: clouds.list() }),
    clouds: () => clouds.list(),
    roles,
    images,
    faultsOf: async (input, farmId) => validateFarm(input, await knowledge(), farmId),
    knowledge: async (design) => ({
      warnings: unreachable(design),
      roleName: (roleId) => roles.nameOf(roleId),
      cloudName: (cloudId) => clouds.find(cloudId)?.name ?? cloudId,
      hasKey: (cloudId, location) => keys.find(design.id, cloudId, location) !== undefined,
      costs: await costKnowledge(design),
    }),
    tell: tellFarm,
    cleanUp: cleanUpFarm,
    sampleDocument: async () => sampleFor(clouds.list().find((cloud) => cloud.kind === 'sandbox')?.name),
    wake,
  })
  const timetable = new FarmTimetable({
    farms: farmStore,
    life: farms.life,
    clock,
    log,
    notify: (notice) => notices.show(notice),
    tell: tellFarm,
    wake,
  })
  const securityGroups = new SecurityGroups({
    clouds,
    users: () => ({
      workspaceId,
      farms: farmStore.list(),
      servers: [...serverStore.all()],
      sshPortOf: (role) => roles.imageOf(role.roleId, role.cloudId, role.location)?.ssh.port ?? 22,
    }),
    tell: (kind, message) => {
      groups.forgetEnsured()
      return inBackground(events.tell(kind, message, {}))
    },
  })
  const { servers, bulkFollower } = createServers({
    store: serverStore,
    jobs,
    clock,
    log,
    launchKey: (server) => keys.launchKey(server),
    decryptPassword: decryptWindowsPassword,
    terminateDelay: (server) => terminateDelayOf(farmStore.find(server.farmId), server.farmRoleId),
    watch: (cloudId, location, call) => clouds.watch(cloudId, location, call),
    exec: (server, request, options) =>
      execOnServer({ connections, clock, target: (wanted) => targets.of(wanted) }, server, request, options),
    hostKeyOf: (serverId) => hostKeys.pinned(serverId),
    findFarm: (wanted) => farmStore.list().find((farm) => farm.id === wanted || farm.name === wanted),
    decreaseMin,
    resumeLaunches: (server) => breaker.close(server),
    wake,
  })

  const imageServices = createImageServices({
    clouds,
    images,
    imageStore,
    roles,
    roleStore,
    farms,
    farmStore,
    serverStore,
    finder,
    tasks,
    keys: serverKeys,
    events,
    clock,
    newId,
    workspaceId,
    onAdopted: (instanceId) => void inBackground(notices.dismiss({ noticeId: `stranger-${instanceId}` })),
    wake,
  })
  const followers = {
    ...farmFollowers({
      farms: farmStore,
      servers: serverStore,
      cancelLaunch: (farmId) => farms.life.cancelLaunch(farmId),
    }),
    ...serverFollowers(serverStore),
    'servers.bulk': bulkFollower,
  }
  for (const kind of Object.keys(followers) as (keyof typeof followers)[])
    jobs.register(kind, followers[kind])

  function wake(): void {
    reconciler.wake()
    // A farm without servers has no location to look at; it is finished all the same.
    void inBackground(finisher.run().then(() => jobs.lookAgain()))
  }

  async function knowledge(): Promise<FarmKnowledge> {
    const known = clouds.list()
    const catalogs = await Promise.all(
      known.flatMap((cloud) => cloud.locations.map((location) => clouds.knownCatalog(cloud.id, location))),
    )
    return {
      farms: farmStore.list(),
      nowMs: clock.now(),
      roles: roleStore.list(),
      images: imageStore.list(),
      clouds: known,
      catalogs: catalogs.filter((catalog) => catalog !== undefined),
    }
  }

  async function costKnowledge(design: FarmDesign): Promise<CostKnowledge> {
    const places = new Map(design.roles.map((role) => [`${role.cloudId}/${role.location}`, role]))
    const catalogs = new Map(
      await Promise.all(
        [...places].map(
          async ([place, role]) => [place, await clouds.knownCatalog(role.cloudId, role.location)] as const,
        ),
      ),
    )
    return {
      prices: (cloudId, location) => catalogs.get(`${cloudId}/${location}`)?.prices ?? null,
      osOf: (roleId, cloudId, location) => roles.imageOf(roleId, cloudId, location)?.os.family,
    }
  }

  function unreachable(design: FarmDesign): string[] {
    const places = new Map(design.roles.map((role) => [`${role.cloudId}/${role.location}`, role]))
    return [...places.values()].flatMap((role) => {
      const cloud = clouds.find(role.cloudId)
      const health = cloud?.health.find(({ location }) => location === role.location)
      if (!cloud || health?.state !== 'failing') return []
      return [
        `${cloud.name} cannot be reached in ${role.location} now: ${health.error?.message ?? 'no answer'}`,
      ]
    })
  }

  async function tellFarm(farm: Farm, kind: Parameters<Events['tell']>[0], message: string, reason?: string) {
    await events.tell(kind, message, { farmId: farm.id, reason: reason ?? null })
  }

  async function cleanUpFarm(farm: Farm): Promise<void> {
    const places = new Map(farm.roles.map((role) => [`${role.cloudId}/${role.location}`, role]))
    const open = new Map<string, CloudProvider>()
    for (const { cloudId, location } of [
      ...places.values(),
      ...keys.list().filter((key) => key.farmId === farm.id),
    ]) {
      if (!clouds.find(cloudId)) continue
      const provider = await clouds.provider(cloudId)
      open.set(cloudId, provider)
      if (farm.state.launchedAt === null) continue
      await clouds.watch(cloudId, location, () => groups.removeOfFarm(farm.id, location, provider))
    }
    await keys.removeOfFarm(farm.id, (cloudId) => open.get(cloudId))
  }

  async function decreaseMin(server: Server, count: number): Promise<void> {
    const farm = farmStore.get(server.farmId)
    const { state: _, ...design } = farm
    await farmStore.saveDesign({
      ...design,
      updatedAt: new Date(clock.now()).toISOString(),
      roles: design.roles.map((role) =>
        role.id === server.farmRoleId
          ? { ...role, scaling: { ...role.scaling, min: decreasedMin(role.scaling.min, count) } }
          : role,
      ),
    })
  }

  async function sampleFor(cloudName: string | undefined): Promise<unknown> {
    if (cloudName === undefined) {
      throw new AppError('input.not_found', {
        message: 'The sample farm runs on the Sandbox. Add the Sandbox first.',
      })
    }
    const text = await readFile(join(ports.resourcesDir, 'samples', 'sample-farm.json'), 'utf8')
    const document = JSON.parse(text) as { roles: { cloud: string }[] }
    return { ...document, roles: document.roles.map((role) => ({ ...role, cloud: cloudName })) }
  }

  function usersOfCloud(cloudId: string): string[] {
    const designs = farmStore.list().filter((farm) => farm.roles.some((role) => role.cloudId === cloudId))
    const live = [...serverStore.all()].filter(
      (server) => server.cloudId === cloudId && server.status !== 'terminated',
    )
    return [
      ...designs.map((farm) => `farm “${farm.name}”`),
      ...live.map((server) => `server ${server.alias} #${server.index}`),
    ]
  }

  function inBackground(work: Promise<unknown>): Promise<void> {
    return work.then(
      () => undefined,
      (thrown: unknown) => log.error({ err: thrown }, 'work in the background failed'),
    )
  }

  return {
    dataDir: dataDir satisfies DataDir,
    clouds: accounts,
    images: Object.assign(images, imageServices.imageMethods),
    discovery: imageServices.discovery,
    roles: Object.assign(roles, {
      ...imageServices.roleMethods,
      addStarters: (input: { cloudId: string }) => accounts.addStarters(input),
    }),
    farms,
    servers,
    securityGroups,
    keys: createKeys({
      keys,
      connections,
      clock,
      jobs,
      servers: () => serverStore.all(),
      target: (server, key) => targets.withKey(server, key),
      cloud: (cloudId) => clouds.provider(cloudId),
      tell: (kind, message, { farmId }) => events.tell(kind, message, { farmId }),
    }),
    events,
    jobs: {
      list: async () => jobs.list(),
      get: async ({ jobId }: { jobId: string }) => jobs.get(jobId),
      cancel: ({ jobId }: { jobId: string }) => jobs.cancel(jobId),
    },
    prompts,
    terminals,
    storage: storage.api,
    feed,
    notices,
    system: {
      notices: () => notices.list(),
      dismissNotice: (input: { noticeId: string }) => notices.dismiss(input),
    },
    /** Reads what was, opens the clouds and begins to reconcile. */
    async start(): Promise<void> {
      dataDir.followFindings(({ file, wrong, kept, lost }) => {
        notices.show({
          id: `finding-${newId()}`,
          severity: 'error',
          title: `${file} was damaged`,
          message: `${wrong} ${kept} Lost: ${lost}`,
        })
      })
      await Promise.all([imageStore.start(), roleStore.start(), farmStore.start(), keys.start()])
      await Promise.all([serverStore.start(), storage.start()])
      await tasks.load()
      await jobs.start()
      await imageServices.rollouts.start()
      await clouds.start()
      reconciler.start()
      tasks.start()
      storage.keeper.start()
      wake()
      timetable.start()
    },
    /** Ends what goes on and closes the files; what was acknowledged is on disk already. */
    async stop(): Promise<void> {
      await timetable.stop()
      await tasks.stop()
      await reconciler.stop()
      await preparations.stop()
      await storage.keeper.stop()
      prompts.stop()
      terminals.stop()
      connections.stop()
      await serverStore.settled()
      await clouds.stop()
      await vault.close()
      await ledger.close()
      await workspace.close()
      await dataDir.close()
    },
  }
}
