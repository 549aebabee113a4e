import { expect, test } from 'vitest'
import type { FeedMessage, FeedRequest } from '../../../../shared/model/feed.ts'
import type { Notice } from '../../../../shared/model/notices.ts'
import type { Clock } from '../../ports.ts'
import { ChangeFeed } from './change-feed.ts'

const instant: Clock = { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() }

function notice(id: string, title = id): Notice {
  return { id, title, severity: 'info', message: '', at: '2026-01-01T00:00:00.000Z' }
}

function feedWith(...ids: string[]): ChangeFeed {
  const feed = new ChangeFeed({ epoch: 'e1', clock: instant })
  feed.put('notices', ...ids.map((id) => notice(id)))
  return feed
}

async function take(
  feed: ChangeFeed,
  request: FeedRequest,
  count: number,
  act?: (n: number) => void,
): Promise<FeedMessage[]> {
  const stop = new AbortController()
  const got: FeedMessage[] = []
  for await (const message of feed.subscribe(request, { signal: stop.signal })) {
    got.push(message)
    act?.(got.length)
    if (got.length === count) stop.abort()
  }
  return got
}

test('a subscriber gets the snapshot, then patches that join without a gap', async () => {
  const feed = feedWith('a')
  const got = await take(feed, { topics: ['notices'], since: {} }, 3, (n) => {
    if (n === 1) feed.put('notices', notice('b'))
    if (n === 2) feed.drop('notices', 'a')
  })
  expect(got).toMatchObject([
    { kind: 'snapshot', revision: 1, entities: [{ id: 'a' }] },
    { kind: 'patch', from: 1, to: 2, put: [{ id: 'b' }], drop: [] },
    { kind: 'patch', from: 2, to: 3, put: [], drop: ['a'] },
  ])
})

test('changes of one entity between two reads arrive once, as it is now', async () => {
  const feed = feedWith('a')
  const got = await take(feed, { topics: ['notices'], since: {} }, 2, (n) => {
    if (n !== 1) return
    for (let i = 0; i < 1000; i += 1) feed.put('notices', notice('a', `title ${i}`))
  })
  expect(got[1]).toMatchObject({ kind: 'patch', from: 1, to: 1001, put: [{ id: 'a', title: 'title 999' }] })
})

test('a client that comes back gets only what it missed', async () => {
  const feed = feedWith('a', 'b', 'c')
  feed.put('notices', notice('b', 'changed'))
  const got = await take(feed, { topics: ['notices'], since: { notices: { epoch: 'e1', revision: 3 } } }, 1)
  expect(got).toMatchObject([{ kind: 'patch', from: 3, to: 4, put: [{ id: 'b' }] }])
})

test('a client of another run of the engine, or one too far behind, gets a snapshot', async () => {
  const feed = feedWith('a')
  const other = await take(feed, { topics: ['notices'], since: { notices: { epoch: 'e0', revision: 1 } } }, 1)
  expect(other[0]?.kind).toBe('snapshot')
  for (let i = 0; i < 20_100; i += 1) feed.put('notices', notice(`n${i}`))
  const late = await take(feed, { topics: ['notices'], since: { notices: { epoch: 'e1', revision: 1 } } }, 1)
  expect(late[0]?.kind).toBe('snapshot')
})
