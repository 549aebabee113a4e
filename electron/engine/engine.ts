import { decreasedMin, terminateDelayOf } from '../../shared/logic/servers/server-ends.ts'
import { createAccess } from './access/create-access.ts'
import type { CloudOpeners } from './clouds/index.ts'
import { openCore } from './records/open-core.ts'
import { createDesignServices } from './designs/create-designs.ts'
import { createFarmServices } from './fleet/create-fleet.ts'
import { changeScaling, farmFollowers } from './fleet/farms/index.ts'
import { createImageServices } from './fleet/create-image-work.ts'
import { createKeys } from './access/keys/index.ts'
import type { Ports } from './ports.ts'
import { SecurityGroups } from './fleet/security-groups/index.ts'
import { createServers, execOnServer, probeSsh, serverFollowers } from './fleet/servers/index.ts'
import { ServerStore } from './records/servers/index.ts'
import { decryptWindowsPassword } from './access/ssh/index.ts'

/** The ways out to the world: the clouds that there are, and what tests and benchmarks replace. */
export interface Doors {
  clouds: CloudOpeners
  probeSsh?: typeof probeSsh
}

/** The engine: everything that Farmhand does, without a host and without a screen. */
export type Engine = Awaited<ReturnType<typeof createEngine>>

/**
 * Opens the data directory and puts the services together; nothing acts before `start`. Throws `state.in_use` when another
 * engine owns the directory, `vault.locked` when the vault's key cannot be had, `state.newer` for files of a newer Farmhand.
 */
export async function createEngine(ports: Ports, doors: Doors) {
  const core = await openCore(ports)
  const { clock, log, newId, workspaceId, ledger, feed, jobs, tasks, events, notices, prompts } = core
  const { inBackground } = core

  const serverStore = new ServerStore({
    repository: ledger.servers,
    clock,
    newId,
    onChange: (changed, forgotten) => {
      feed.put('servers', ...changed)
      if (changed.some(({ status }) => status === 'terminated')) running.storage.keeper.wake()
      feed.drop('servers', ...forgotten)
      void inBackground(jobs.lookAgain())
      void inBackground(imageServices.discovery.forgetKeys(changed))
      tasks.wake()
    },
  })
  const designs = createDesignServices(core, ports, {
    openers: doors.clouds,
    serversOf: (cloudId) =>
      [...serverStore.all()]
        .filter((server) => server.cloudId === cloudId && server.status !== 'terminated')
        .map((server) => `server ${server.alias} #${server.index}`),
    lookAtServers: () => running.wake(),
  })
  const { clouds, catalogs, farmStore, roles, accounts } = designs
  const access = createAccess(core, ports, { servers: serverStore, clouds })
  const { keys, hostKeys, connections, targets, terminals } = access
  const running = createFarmServices({
    core,
    ports,
    designs,
    access,
    servers: serverStore,
    probeSsh: doors.probeSsh ?? probeSsh,
    isBeingImported: (instanceId) => imageServices.discovery.isBeingImported(instanceId),
  })
  const { breaker, groups, storage, farms, wake, watch } = running
  const securityGroups = new SecurityGroups({
    clouds,
    catalogs,
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
    watch,
    exec: (server, request, options) =>
      execOnServer({ connections, clock, target: (wanted) => targets.of(wanted) }, server, request, options),
    hostKeyOf: (serverId) => hostKeys.pinned(serverId),
    findFarm: (wanted) => farmStore.list().find((farm) => farm.id === wanted || farm.name === wanted),
    decreaseMin: (server, count) =>
      changeScaling({ store: farmStore, clock }, server, (scaling) => ({
        ...scaling,
        min: decreasedMin(scaling.min, count),
      })),
    resumeLaunches: (server) => breaker.close(server),
    wake,
  })
  const imageServices = createImageServices({
    core,
    designs,
    farms,
    serverStore,
    finder: running.finder,
    keys: access.serverKeys,
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

  return {
    dataDir: core.dataDir,
    clouds: accounts,
    images: imageServices.images,
    discovery: imageServices.discovery,
    roles: {
      ...imageServices.roles,
      addStarters: (input: { cloudId: string }) => accounts.addStarters(input),
    },
    farms: { ...farms, ...imageServices.farmMethods },
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
      core.dataDir.followFindings(({ file, wrong, kept, lost }) => {
        notices.show({
          id: `finding-${newId()}`,
          severity: 'error',
          title: `${file} was damaged`,
          message: `${wrong} ${kept} Lost: ${lost}`,
        })
      })
      await Promise.all([designs.start(), keys.start()])
      await Promise.all([serverStore.start(), storage.start()])
      await tasks.load()
      await jobs.start()
      await imageServices.rollouts.start()
      await clouds.start()
      tasks.start()
      running.start()
    },
    /** Ends what goes on and closes the files; what was acknowledged is on disk already. */
    async stop(): Promise<void> {
      await tasks.stop()
      await running.stop()
      prompts.stop()
      terminals.stop()
      connections.stop()
      await serverStore.settled()
      await clouds.stop()
      await core.close()
    },
  }
}
