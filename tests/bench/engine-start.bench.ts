import { openDataDir } from '../../electron/engine/data-dir/index.ts'
import { openLedger } from '../../electron/engine/ledger/index.ts'
import { systemClock } from '../../electron/headless/index.ts'
import { EventId } from '../../shared/model/ids.ts'
import type { Event } from '../../shared/model/events.ts'
import { MemoryCloud } from '../support/memory-cloud.ts'
import {
  memoryDoors,
  memoryEngine,
  openEngine,
  silentLog,
  temporaryDirectory,
} from '../support/test-engine.ts'
import { type Bench, measure, median } from './bench.ts'
import { largeWorkspace } from './large-workspace.ts'

/** Fills a data directory with a month of servers and events. */
async function fill(dataDir: string, servers: number, events: number): Promise<void> {
  const { engine, cloudId, roleId } = await memoryEngine(dataDir)
  await engine.stop()
  const directory = await openDataDir({ dataDir, clock: systemClock, log: silentLog })
  const ledger = await openLedger(directory)
  const world = largeWorkspace({
    farms: 1,
    servers,
    cloudId,
    roleId,
    location: 'eu-central-1',
    workspaceId: 'bench',
  })
  // A farm without a design has no work to do: what is measured is reading, not reconciling.
  await ledger.servers.putMany(
    world.servers.map((server) => ({ ...server, status: 'troubleshooting' as const })),
    Array.from({ length: events }, (_, n): Event => ({
      id: EventId.parse(`e${n}`),
      at: new Date(Date.now() - n * 1000).toISOString(),
      kind: 'HostUp',
      farmId: 'farm0',
      farmRoleId: 'farm0-web',
      serverId: world.servers[n % world.servers.length]?.id ?? null,
      message: 'web is running',
      reason: null,
      firedBy: 'system',
      error: null,
    })),
  )
  await ledger.close()
  await directory.close()
}

async function start(dataDir: string): Promise<{ wallS: number; heapBytes: number }> {
  const cloud = new MemoryCloud()
  const { wallS, result: engine } = await measure(async () => {
    const made = await openEngine({ dataDir, doors: memoryDoors(cloud) })
    await made.start()
    return made
  })
  globalThis.gc?.()
  const heapBytes = process.memoryUsage().heapUsed
  await engine.stop()
  return { wallS, heapBytes }
}

/** From nothing to ready, with 1,000 servers and a month of ledger, against an empty engine; and what each server holds. */
const bench: Bench = {
  name: 'engine: start to ready, and memory',
  async run({ quick, rounds }) {
    const count = quick ? 100 : 1_000
    const empty = await temporaryDirectory()
    const full = await temporaryDirectory()
    try {
      await fill(full.path, count, quick ? 1_000 : 50_000)
      await start(empty.path)
      await start(full.path)
      const emptyRuns: { wallS: number; heapBytes: number }[] = []
      const fullRuns: { wallS: number; heapBytes: number }[] = []
      for (let round = 0; round < rounds; round += 1) {
        emptyRuns.push(await start(empty.path))
        fullRuns.push(await start(full.path))
      }
      const ms = (runs: { wallS: number }[]): number => median(runs.map((run) => run.wallS * 1000))
      const heap = (runs: { heapBytes: number }[]): number => median(runs.map((run) => run.heapBytes))
      return [
        {
          what: `start to ready with ${count} servers and their events`,
          value: ms(fullRuns),
          unit: 'ms',
          peer: { name: 'empty engine', value: ms(emptyRuns) },
          target: { limit: 2, of: 'ratio' },
        },
        {
          what: 'memory a server (heap)',
          value: (heap(fullRuns) - heap(emptyRuns)) / count / 1024,
          unit: 'KB',
          peer: null,
          target: { limit: 25, of: 'value' },
        },
      ]
    } finally {
      await empty.remove()
      await full.remove()
    }
  },
}

export default bench
