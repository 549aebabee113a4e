import { temporaryDirectory } from '../support/test-engine.ts'
import { type Bench, median } from './bench.ts'
import { openBrowser } from './browser.ts'
import { fillDataDir } from './filled-data-dir.ts'
import { startMemoryHost } from './memory-host-client.ts'
import { openListPage } from './server-list-page.ts'

const scrollFrames = 240
/** One frame of 60 a second, and what a clock that ticks in tenths of a millisecond adds. */
const frameMs = 16.7

/** The built renderer in Chromium with a full list of servers, and a bare virtual list of the same rows in the same page. */
const bench: Bench = {
  name: 'server list of 10,000 rows',
  async run({ quick, rounds }) {
    const servers = quick ? 1_000 : 10_000
    const directory = await temporaryDirectory()
    await fillDataDir(directory.path, {
      farms: Math.ceil(servers / 200),
      servers,
      events: 100,
      jobs: 10,
      endpoint: 'http://127.0.0.1:9',
    })
    const host = await startMemoryHost({ dataDir: directory.path })
    const browser = await openBrowser()
    try {
      const first: number[] = []
      const filter: number[] = []
      const sort: number[] = []
      const frames: number[] = []
      const bareFrames: number[] = []
      const inTime: number[] = []
      const bareInTime: number[] = []
      for (let round = -1; round < rounds; round += 1) {
        const page = await openListPage(browser, host, servers)
        const own = await page.scroll(scrollFrames)
        // It is sorted by this column from the start: the click turns it round.
        const sortMs = await page.sortMs('Server')
        const filterMs = await page.filterMs('web #77')
        const bare = await page.scrollBare(scrollFrames, servers)
        await page.close()
        if (round < 0) continue
        first.push(page.firstRowsMs)
        filter.push(filterMs)
        sort.push(sortMs)
        frames.push(percentile95(own))
        bareFrames.push(percentile95(bare))
        inTime.push(share(own))
        bareInTime.push(share(bare))
      }
      return [
        {
          what: 'first rows drawn after the snapshot arrived',
          value: median(first),
          unit: 'ms',
          peer: null,
          target: { limit: 100, of: 'value' },
        },
        {
          what: 'filter: from the key to the drawn rows',
          value: median(filter),
          unit: 'ms',
          peer: null,
          target: { limit: 30, of: 'value' },
        },
        {
          what: 'sort: from the click to the drawn rows',
          value: median(sort),
          unit: 'ms',
          peer: null,
          target: null,
        },
        {
          what: 'frames in time while scrolling',
          value: median(inTime),
          unit: '%',
          peer: { name: 'bare virtual list', value: median(bareInTime) },
          target: { limit: 95, of: 'value', atLeast: true },
        },
        {
          what: 'frame while scrolling, p95',
          value: median(frames),
          unit: 'ms',
          peer: { name: 'bare virtual list', value: median(bareFrames) },
          target: null,
        },
      ]
    } finally {
      await browser.close()
      await host.stop()
      await directory.remove()
    }
  },
}

function percentile95(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN
}

function share(deltas: readonly number[]): number {
  return (deltas.filter((delta) => delta <= frameMs).length / deltas.length) * 100
}

export default bench
