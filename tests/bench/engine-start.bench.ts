import { systemClock } from '../../electron/headless/index.ts'
import { temporaryDirectory } from '../support/test-engine.ts'
import { type Bench, median } from './bench.ts'
import { startCloudEndpoint } from './cloud-endpoint.ts'
import { fillDataDir } from './filled-data-dir.ts'
import type { LargeWorkspace } from './large-workspace.ts'
import { startServing } from './serving.ts'

/** Long enough for the first looks at the cloud: what start-up needed only once has been given back, or never is. */
const settleMs = 4_000

interface Run {
  readyMs: number
  rssBytes: number
}

/**
 * The headless host as its own process: from spawning to ready, and its resident memory a while after. Its cloud answers
 * over HTTP with every server, so that the full one reconciles as it would.
 */
const bench: Bench = {
  name: 'engine: start to ready, and resident memory',
  async run({ quick, rounds }) {
    const count = quick ? 100 : 1_000
    const many = quick ? 1_000 : 10_000
    const contents = { events: quick ? 1_000 : 50_000, jobs: quick ? 100 : 1_000 }
    const worlds: Partial<Record<'small' | 'full' | 'large', LargeWorkspace>> = {}
    const smallCloud = await startCloudEndpoint(() => worlds.small?.instances ?? [])
    const fullCloud = await startCloudEndpoint(() => worlds.full?.instances ?? [])
    const largeCloud = await startCloudEndpoint(() => worlds.large?.instances ?? [])
    const empty = await temporaryDirectory()
    const small = await temporaryDirectory()
    const full = await temporaryDirectory()
    const large = await temporaryDirectory()
    try {
      worlds.small = await fillDataDir(small.path, {
        ...contents,
        farms: 1,
        servers: 1,
        endpoint: smallCloud.endpoint,
      })
      worlds.full = await fillDataDir(full.path, {
        ...contents,
        farms: 5,
        servers: count,
        endpoint: fullCloud.endpoint,
      })
      worlds.large = await fillDataDir(large.path, {
        ...contents,
        farms: 50,
        servers: many,
        endpoint: largeCloud.endpoint,
      })
      const runs: Record<'empty' | 'small' | 'full' | 'large', Run[]> = {
        empty: [],
        small: [],
        full: [],
        large: [],
      }
      // The first start makes the files of the empty one, and warms the disk for all.
      for (const { path } of [empty, small, full, large]) await (await startServing(path)).stop()
      for (let round = 0; round < rounds; round += 1) {
        runs.empty.push(await start(empty.path))
        runs.small.push(await start(small.path))
        runs.full.push(await start(full.path))
        runs.large.push(await start(large.path))
      }
      const ready = (of: Run[]): number => median(of.map((run) => run.readyMs))
      const rss = (of: Run[]): number => median(of.map((run) => run.rssBytes))
      return [
        {
          what: `start to ready with ${count} servers, a month of ledger`,
          value: ready(runs.full),
          unit: 'ms',
          peer: { name: 'empty engine', value: ready(runs.empty) },
          target: { limit: 2, of: 'ratio' },
        },
        {
          what: `resident memory a server (${count} against 1)`,
          value: (rss(runs.full) - rss(runs.small)) / (count - 1) / 1024,
          unit: 'KB',
          peer: null,
          target: { limit: 25, of: 'value' },
        },
        {
          what: `resident memory a server (${many} against 1)`,
          value: (rss(runs.large) - rss(runs.small)) / (many - 1) / 1024,
          unit: 'KB',
          peer: null,
          target: { limit: 25, of: 'value' },
        },
        {
          what: `resident memory with ${count} servers`,
          value: rss(runs.full) / 1024 / 1024,
          unit: 'MB',
          peer: { name: 'empty engine, no cloud', value: rss(runs.empty) / 1024 / 1024 },
          target: null,
        },
      ]
    } finally {
      await smallCloud.stop()
      await fullCloud.stop()
      await largeCloud.stop()
      for (const directory of [empty, small, full, large]) await directory.remove()
    }
  },
}

async function start(dataDir: string): Promise<Run> {
  const serving = await startServing(dataDir)
  try {
    await systemClock.sleep(settleMs)
    return { readyMs: serving.readyMs, rssBytes: await serving.rssBytes() }
  } finally {
    await serving.stop()
  }
}

export default bench
