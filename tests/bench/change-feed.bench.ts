import { temporaryDirectory } from '../support/test-engine.ts'
import { connectWebSocket } from '../support/transports.ts'
import { type Bench, median } from './bench.ts'
import { fillDataDir } from './filled-data-dir.ts'
import { type MemoryHost, startMemoryHost } from './memory-host-client.ts'

const clients = 3

/** Every server of a large workspace changes within a second while three WebSocket clients follow. */
const bench: Bench = {
  name: 'change feed: 10,000 changes in a second to 3 clients',
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
    try {
      const used: number[] = []
      const plain: number[] = []
      const encoded: number[] = []
      const behind: number[] = []
      await burst(host, 0, servers)
      await burst(host, clients, servers)
      for (let round = 0; round < rounds; round += 1) {
        plain.push((await burst(host, 0, servers)).cpuMs)
        const followed = await burst(host, clients, servers)
        used.push(followed.cpuMs)
        behind.push(followed.behindMs)
        encoded.push((await host.ask({ kind: 'encode', clients }, 'cpu')).cpuMs)
      }
      return [
        {
          what: `CPU to tell ${clients} clients`,
          value: median(used) - median(plain),
          unit: 'ms',
          peer: { name: 'JSON of the same patches', value: median(encoded) },
          target: { limit: 2, of: 'ratio' },
        },
        {
          what: 'last client is up to date after the last change',
          value: median(behind),
          unit: 'ms',
          peer: null,
          target: { limit: 250, of: 'value' },
        },
      ]
    } finally {
      await host.stop()
      await directory.remove()
    }
  },
}

async function burst(
  host: MemoryHost,
  count: number,
  servers: number,
): Promise<{ cpuMs: number; behindMs: number }> {
  const leave = new AbortController()
  const connected = Array.from({ length: count }, () => connectWebSocket(host.url, host.token))
  const streams = await Promise.all(
    connected.map(async ({ client }) => {
      const stream = await client.feed.subscribe({ topics: ['servers'] }, { signal: leave.signal })
      // The snapshot is not part of the burst.
      await stream.next()
      return stream
    }),
  )
  const following = streams.map(async (stream) => {
    let changes = 0
    for await (const message of stream) {
      if (message.kind === 'patch') changes += message.put.length
      if (changes >= servers) return
    }
    throw new Error('The change feed ended early.')
  })
  await host.ask({ kind: 'burst' }, 'burst-made')
  const madeMs = performance.now()
  await Promise.all(following)
  const behindMs = performance.now() - madeMs
  const { cpuMs } = await host.ask({ kind: 'clients-are-done' }, 'cpu')
  leave.abort()
  for (const { close } of connected) await close()
  return { cpuMs, behindMs }
}

export default bench
