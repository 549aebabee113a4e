import { describe, expect, it } from 'vitest'
import type { Farm } from '../../shared/model/farms.ts'
import { FeedMessage } from '../../shared/model/feed.ts'
import { hostsOfTest } from '../../tests/support/host-probe.ts'
import { stubEngine } from '../../tests/support/stub-engine.ts'
import { connectWebSocket, startTestHost } from '../../tests/support/transports.ts'
import { ChangeFeed } from '../engine/records/feed/index.ts'

const { start, stops, log } = hostsOfTest()

const clock = { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() }

/** Waits until a count has not grown for two thousand turns of the event loop. */
async function untilStill(count: () => number): Promise<void> {
  let before = count()
  for (let turn = 0; turn < 2000; turn += 1) {
    await new Promise(setImmediate)
    if (count() !== before) turn = 0
    before = count()
  }
}

describe('the WebSocket', () => {
  it('lets a client catch up after its connection was cut', async () => {
    const feed = new ChangeFeed({ epoch: 'e1', clock })
    const farm = (name: string) => ({ id: 'f1', name }) as unknown as Farm
    feed.put('farms', farm('one'))
    const engine = stubEngine({ feed: { subscribe: (input, options) => feed.subscribe(input, options) } })
    const { url, token } = await start(engine)

    const before = connectWebSocket(url, token)
    const stream = await before.client.feed.subscribe({ topics: ['farms'] })
    const snapshot = FeedMessage.parse((await stream.next()).value)
    if (snapshot.kind !== 'snapshot') throw new Error('a snapshot was expected')
    const cut = stream.next().then(
      () => 'went on',
      () => 'cut',
    )
    before.socket.terminate()
    await expect(cut).resolves.toBe('cut')

    feed.put('farms', farm('two'))
    const after = connectWebSocket(url, token)
    stops.push(after.close)
    const since = { farms: { epoch: snapshot.epoch, revision: snapshot.revision } }
    const resumed = await after.client.feed.subscribe({ topics: ['farms'], since })
    expect((await resumed.next()).value).toMatchObject({
      kind: 'patch',
      from: snapshot.revision,
      put: [{ id: 'f1', name: 'two' }],
    })
    await resumed.return?.()
  })

  it('does not read ahead of a client that does not read', async () => {
    const text = 'x'.repeat(256 * 1024)
    let pulled = 0
    const engine = stubEngine({
      terminals: {
        async *output(_input, { signal }) {
          while (!signal.aborted) {
            pulled += 1
            yield await Promise.resolve({ offset: 0, text })
          }
        },
      },
    })
    const { url, token } = await start(engine)
    const { client, socket } = connectWebSocket(url, token)
    stops.push(() => {
      socket.terminate()
      return Promise.resolve()
    })
    const stream = await client.terminals.output({ terminalId: 't', watcher: 'w' })
    await stream.next()
    socket.pause()
    await untilStill(() => pulled)
    expect(pulled * text.length).toBeLessThan(64 * 1024 * 1024)
  })

  it('ends the streams of a client that is gone', async () => {
    const told = Promise.withResolvers<undefined>()
    const engine = stubEngine({
      feed: {
        async *subscribe(_input, { signal }) {
          await new Promise((resolve) => {
            signal.addEventListener('abort', resolve, { once: true })
          })
          told.resolve(undefined)
          yield* []
        },
      },
    })
    const { url, token } = await start(engine)
    const { client, socket } = connectWebSocket(url, token)
    const stream = await client.feed.subscribe({ topics: ['farms'] })
    const waiting = stream.next().catch(() => undefined)
    socket.terminate()
    await told.promise
    await waiting
  })

  it('drops a client that does not answer pings', async () => {
    const host = await start(stubEngine({}), { limits: { heartbeatMs: 20 } })
    const { client, socket } = connectWebSocket(host.url, host.token)
    await client.system.info()
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.pong = () => undefined
    socket.on('ping', () => undefined)
    socket.pause()
    await expect.poll(() => host.host.clientCount()).toBe(0)
    socket.terminate()
    await closed
  })

  it('closes its clients when it stops', async () => {
    const host = await startTestHost(stubEngine({}), log)
    const { client, socket } = connectWebSocket(host.url, host.token)
    await client.system.info()
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await host.stop()
    await expect(closed).resolves.toBe(1001)
  })
})
