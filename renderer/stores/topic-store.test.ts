import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import type { FeedMessage, FeedRequest } from '../../shared/model/feed.ts'
import type { Notice } from '../../shared/model/notices.ts'
import { onlineConnection, runInApp } from '../../tests/support/mounting.ts'
import { useNotices } from './index.ts'

const at = '2026-01-01T00:00:00.000Z'
const notice = (id: string): Notice => ({ id, severity: 'info', title: id, message: '', at })
const snapshot = (revision: number, ...ids: string[]): FeedMessage => ({
  kind: 'snapshot',
  topic: 'notices',
  epoch: 'e1',
  revision,
  entities: ids.map(notice),
})
const patch = (from: number, to: number, ...ids: string[]): FeedMessage => ({
  kind: 'patch',
  topic: 'notices',
  epoch: 'e1',
  from,
  to,
  put: ids.map(notice),
  drop: [],
})

/** A feed whose messages the test sends. */
function feed() {
  const requests: FeedRequest[] = []
  let send: (message: FeedMessage | Error) => void = () => undefined
  const subscribe = (request: FeedRequest, { signal }: { signal: AbortSignal }) => {
    requests.push(request)
    const waiting: (FeedMessage | Error)[] = []
    let wake: () => void = () => undefined
    send = (message) => {
      waiting.push(message)
      wake()
    }
    signal.addEventListener('abort', () => wake())
    return Promise.resolve(
      (async function* () {
        while (!signal.aborted) {
          const next = waiting.shift()
          if (next instanceof Error) throw next
          if (next !== undefined) yield next
          else await new Promise<void>((resolve) => (wake = resolve))
        }
      })(),
    )
  }
  return {
    requests,
    connection: onlineConnection({ feed: { subscribe: subscribe as never } }),
    async send(message: FeedMessage | Error) {
      send(message)
      await flushPromises()
    },
  }
}

test('a store shows the snapshot, then what changes', async () => {
  const { connection, send, requests } = feed()
  const { result: notices, unmount } = await runInApp(useNotices, { connection })
  expect(notices.status).toBe('loading')
  await send(snapshot(1, 'a'))
  await send(patch(1, 2, 'b'))
  expect(notices.status).toBe('ready')
  expect(notices.all.map(({ id }) => id)).toEqual(['a', 'b'])
  expect(requests).toEqual([{ topics: ['notices'], since: {} }])
  unmount()
})

test('a gap is closed with a new snapshot', async () => {
  const { connection, send, requests } = feed()
  const { result: notices, unmount } = await runInApp(useNotices, { connection })
  await send(snapshot(1, 'a'))
  await send(patch(5, 6, 'b'))
  expect(requests.at(-1)).toEqual({ topics: ['notices'], since: {} })
  await send(snapshot(6, 'a', 'b'))
  expect(notices.all).toHaveLength(2)
  unmount()
})

test('after a reconnection the store catches up from its revision and keeps what it shows meanwhile', async () => {
  const { connection, send, requests } = feed()
  const { result: notices, unmount } = await runInApp(useNotices, { connection })
  await send(snapshot(7, 'a'))
  connection.state.value = 'reconnecting'
  await send(new Error('cut'))
  expect(notices.status).toBe('ready')
  expect(notices.error).toBeNull()
  connection.epoch.value = 2
  connection.state.value = 'online'
  await flushPromises()
  expect(requests.at(-1)).toEqual({ topics: ['notices'], since: { notices: { epoch: 'e1', revision: 7 } } })
  await send(patch(7, 8, 'b'))
  expect(notices.all).toHaveLength(2)
  unmount()
})

test('a refusal is told, and retry asks again', async () => {
  const { connection, send, requests } = feed()
  const { result: notices, unmount } = await runInApp(useNotices, { connection })
  await send(new Error('no such topic'))
  expect(notices.status).toBe('failed')
  expect(notices.error?.message).toBe('no such topic')
  notices.retry()
  await flushPromises()
  expect(requests).toHaveLength(2)
  await send(snapshot(1, 'a'))
  expect(notices.status).toBe('ready')
  unmount()
})
