import { openDataDir } from '../../electron/engine/state/data-dir/index.ts'
import { openLedger } from '../../electron/engine/state/ledger/index.ts'
import { openWorkspace } from '../../electron/engine/state/workspace/index.ts'
import { systemClock } from '../../electron/headless/index.ts'
import type { NewEvent } from '../../shared/model/events.ts'
import { JobId } from '../../shared/model/ids.ts'
import { MemoryCloud } from '../support/memory-cloud.ts'
import { memoryDoors, openEngine, silentLog } from '../support/test-engine.ts'
import { type LargeWorkspace, largeWorkspace } from './large-workspace.ts'
import { anEvent } from '../support/events.ts'

const location = 'eu-central-1'
const monthMs = 30 * 86_400_000

export interface Contents {
  farms: number
  servers: number
  /** Spread over the last month. */
  events: number
  /** Ended ones, spread over the last month. */
  jobs: number
  /** Where the cloud answers. */
  endpoint: string
}

/** Makes a data directory as an engine that ran for a month leaves it: a cloud, a role, farms that run, and the ledger. */
export async function fillDataDir(dataDir: string, contents: Contents): Promise<LargeWorkspace> {
  const { cloudId, roleId, imageId } = await addCloudAndRole(dataDir, contents.endpoint)
  const world = largeWorkspace({ ...contents, cloudId, roleId, location, workspaceId: 'bench' })
  const servers = world.servers.map((server) => ({
    ...server,
    imageId,
    hostname: `${server.alias}-${server.index}`,
  }))
  const directory = await openDataDir({ dataDir, clock: systemClock, log: silentLog })
  const workspace = await openWorkspace(directory)
  const ledger = await openLedger(directory)
  try {
    for (const farm of world.farms) await workspace.farms.put(farm)
    await Promise.all(world.states.map((state) => ledger.farmStates.put(state)))
    await ledger.servers.putMany(servers, eventsOf({ ...world, servers }, contents.events))
    await Promise.all(
      Array.from({ length: contents.jobs }, (_, n) =>
        ledger.jobs.put({
          id: JobId.parse(`job${n}`),
          kind: 'server.reboot',
          title: `Reboot web #${n}`,
          target: { kind: 'server', id: servers[n % servers.length]?.id ?? '' },
          state: 'done',
          progress: { done: 1, total: 1, step: 'rebooted' },
          error: null,
          cancellable: false,
          bulk: null,
          startedAt: within(n, contents.jobs),
          endedAt: within(n, contents.jobs),
        }),
      ),
    )
  } finally {
    await ledger.close()
    await workspace.close()
    await directory.close()
  }
  return { ...world, servers }
}

async function addCloudAndRole(dataDir: string, endpoint: string) {
  const engine = await openEngine({ dataDir, doors: memoryDoors(new MemoryCloud()) })
  await engine.start()
  try {
    const cloud = await engine.clouds.addAws({
      name: 'Bench',
      accessKeyId: 'AKIABENCH',
      secretAccessKey: 'not-a-secret',
      locations: [location],
      endpoint,
    })
    const image = await engine.images.create({
      name: 'image',
      cloudId: cloud.id,
      location,
      source: { kind: 'id', cloudImageId: 'ami-1' },
      os: { family: 'debian', version: '13' },
      architecture: 'x86_64',
      ssh: { user: 'admin', port: 22 },
    })
    const role = await engine.roles.create({ name: 'base', osFamily: 'debian', imageIds: [image.id] })
    return { cloudId: cloud.id, roleId: role.id, imageId: image.id }
  } finally {
    await engine.stop()
  }
}

function eventsOf(world: LargeWorkspace, count: number): NewEvent[] {
  return Array.from({ length: count }, (_, n): NewEvent => {
    const server = world.servers[n % world.servers.length]
    return anEvent(`e${n}`, {
      at: within(n, count),
      farmId: server?.farmId ?? null,
      farmRoleId: server?.farmRoleId ?? null,
      serverId: server?.id ?? null,
      message: `${server?.alias ?? ''} #${server?.index ?? 0} of ${server?.farm ?? ''} is running`,
      data: { farm: server?.farm ?? '', alias: server?.alias ?? '', index: server?.index ?? 0 },
    })
  })
}

function within(n: number, count: number): string {
  return new Date(Date.now() - monthMs + (n / count) * monthMs).toISOString()
}
