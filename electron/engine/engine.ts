import { createAccess } from './access/create-access.ts'
import { createClouds } from './clouds/create-clouds.ts'
import type { CloudOpeners } from './clouds/index.ts'
import { createDesigns } from './designs/create-designs.ts'
import { createFleet } from './fleet/create-fleet.ts'
import { probeSsh } from './fleet/servers/index.ts'
import type { Ports } from './ports.ts'
import { openCore } from './records/open-core.ts'
import { System } from './system.ts'

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
  const { clouds, catalogs } = createClouds(core, doors.clouds)
  const designs = createDesigns(core, ports, { clouds, catalogs })
  const access = createAccess(core, ports, clouds)
  const fleet = createFleet({ core, clouds, catalogs, designs, access }, ports, {
    probeSsh: doors.probeSsh ?? probeSsh,
  })
  const { dataDir, notices, tasks, jobs, prompts } = core

  return {
    dataDir,
    notices,
    clouds: designs.accounts,
    images: fleet.images,
    roles: fleet.roles,
    discovery: fleet.discovery,
    farms: fleet.farms,
    servers: fleet.servers,
    keys: access.keys,
    securityGroups: fleet.securityGroups,
    events: core.events,
    jobs,
    prompts,
    terminals: access.terminals,
    storage: fleet.storage,
    feed: core.feed,
    system: new System({ notices, sshVersion: access.sshVersion }),
    /** Reads what was, opens the clouds and begins to reconcile. */
    async start(): Promise<void> {
      await Promise.all([designs.start(), access.start()])
      await Promise.all([core.load(), fleet.load()])
      await core.start()
      await fleet.resume()
      await clouds.start()
      tasks.start()
      fleet.start()
    },
    /** Ends what goes on and closes the files; what was acknowledged is on disk already. */
    async stop(): Promise<void> {
      await tasks.stop()
      await fleet.stop()
      await core.stop()
      access.stop()
      await core.servers.settled()
      await clouds.stop()
      await core.close()
    },
  }
}
