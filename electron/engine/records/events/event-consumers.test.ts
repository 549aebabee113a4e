import { expect, onTestFinished, test } from 'vitest'
import { anEvent } from '../../../../tests/support/events.ts'
import { realClock } from '../../../../tests/support/clocks.ts'
import { silentLog } from '../../../../tests/support/logs.ts'
import { temporaryDirectory, withDataDir } from '../../../../tests/support/state.ts'
import type { EventKind } from '../../../../shared/model/events.ts'
import { type Ledger, openLedger } from '../../state/ledger/index.ts'
import { ChangeFeed } from '../feed/index.ts'
import { EventConsumers, LiveEvents } from './index.ts'

async function withLedger<T>(directory: string, work: (ledger: Ledger) => Promise<T>): Promise<T> {
  return withDataDir(directory, async (dataDir) => {
    const ledger = await openLedger(dataDir)
    try {
      return await work(ledger)
    } finally {
      await ledger.close()
    }
  })
}

function consumersOf({ events, cursors }: Ledger, clock = realClock): EventConsumers {
  const consumers = new EventConsumers({ stream: events, cursors, clock, log: silentLog })
  onTestFinished(() => consumers.stop())
  return consumers
}

const ids = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, n) => `e${String(from + n)}`)

test('events come in order, in batches, with a key of their own, and only what is wanted', async () => {
  await withLedger(await temporaryDirectory(), async (ledger) => {
    const consumers = consumersOf(ledger)
    const all: string[] = []
    const batches: number[] = []
    const down: string[] = []
    consumers.consume('all', (deliveries) => {
      batches.push(deliveries.length)
      all.push(...deliveries.map(({ key }) => key))
    })
    consumers.consume('down', (deliveries) => void down.push(...deliveries.map(({ event }) => event.id)), {
      kinds: ['HostDown'],
    })
    await ledger.events.append([anEvent('before')])
    await consumers.start()
    const kindOf = (n: number): EventKind => (n % 100 === 0 ? 'HostDown' : 'HostUp')
    await ledger.events.append(ids(1, 500).map((id, n) => anEvent(id, { kind: kindOf(n + 1) })))
    await expect.poll(() => all).toEqual(ids(1, 500).map((id) => `all/${id}`))
    expect(batches).toEqual([200, 200, 100])
    await expect.poll(() => down).toEqual(['e100', 'e200', 'e300', 'e400', 'e500'])
    await consumers.stop()
  })
})

test('a consumer goes on where it was in the run before; a new one begins now', async () => {
  const directory = await temporaryDirectory()
  const seen: string[] = []
  const run = (names: string[], from: number, to: number): Promise<void> =>
    withLedger(directory, async (ledger) => {
      const consumers = consumersOf(ledger)
      for (const name of names)
        consumers.consume(name, (deliveries) => void seen.push(...deliveries.map(({ key }) => key)))
      // What happens while nobody reads is read later.
      if (from > 1) await ledger.events.append([anEvent(`e${String(from)}`)])
      await consumers.start()
      await ledger.events.append(ids(from + 1, to).map((id) => anEvent(id)))
      await expect.poll(() => seen).toContain(`${names[0] ?? ''}/e${String(to)}`)
      await consumers.stop()
    })
  await run(['one'], 1, 2)
  await run(['one', 'two'], 3, 4)
  expect(seen).toEqual(expect.arrayContaining(['one/e2', 'one/e3', 'one/e4', 'two/e4']))
  expect(seen).not.toContain('two/e3')
  expect(new Set(seen).size).toBe(seen.length)
})

test('a handler that throws gets the same batch again, and holds up nobody else', async () => {
  await withLedger(await temporaryDirectory(), async (ledger) => {
    const pauses: number[] = []
    const consumers = consumersOf(ledger, { ...realClock, sleep: async (ms) => void pauses.push(ms) })
    const tries: string[][] = []
    const other: string[] = []
    consumers.consume('stubborn', (deliveries) => {
      tries.push(deliveries.map(({ key }) => key))
      if (tries.length < 4) throw new Error('not yet')
    })
    consumers.consume('other', (deliveries) => void other.push(...deliveries.map(({ event }) => event.id)))
    await consumers.start()
    await ledger.events.append([anEvent('e1'), anEvent('e2')])
    await expect.poll(() => other).toEqual(['e1', 'e2'])
    await expect.poll(() => tries.length).toBe(4)
    expect(new Set(tries.map(String))).toEqual(new Set(['stubborn/e1,stubborn/e2']))
    expect(pauses).toEqual([1_000, 2_000, 4_000])
    await consumers.stop()
  })
})

test('a disk that takes no place keeps nobody from starting; it is kept with what is handled next', async () => {
  await withLedger(await temporaryDirectory(), async ({ events, cursors }) => {
    let isFull = true
    const put = (name: string, seq: number): Promise<void> =>
      isFull ? Promise.reject(new Error('full')) : cursors.put(name, seq)
    const full = {
      get: (name: string) => cursors.get(name),
      put,
      keepOnly: () => Promise.reject(new Error('full')),
    }
    const consumers = new EventConsumers({ stream: events, cursors: full, clock: realClock, log: silentLog })
    const seen: string[] = []
    consumers.consume('one', (deliveries) => void seen.push(...deliveries.map(({ event }) => event.id)))
    await consumers.start()
    isFull = false
    await events.append([anEvent('e1')])
    await expect.poll(() => cursors.get('one')).toBe(1)
    expect(seen).toEqual(['e1'])
    await consumers.stop()
  })
})

test('a consumer that is slow is never handed a second batch meanwhile', async () => {
  await withLedger(await temporaryDirectory(), async (ledger) => {
    const consumers = consumersOf(ledger)
    let at = 0
    let most = 0
    let handled = 0
    consumers.consume('slow', async (deliveries) => {
      most = Math.max(most, (at += 1))
      await realClock.sleep(20)
      handled += deliveries.length
      at -= 1
    })
    await consumers.start()
    for (const id of ids(1, 20)) await ledger.events.append([anEvent(id)])
    await expect.poll(() => handled).toBe(20)
    expect(most).toBe(1)
    await consumers.stop()
  })
})

test('the change feed carries the newest events', async () => {
  await withLedger(await temporaryDirectory(), async (ledger) => {
    await ledger.events.append(ids(1, 3).map((id) => anEvent(id)))
    const feed = new ChangeFeed({ epoch: 'run', clock: realClock })
    const consumers = consumersOf(ledger)
    const live = new LiveEvents({ feed, repository: ledger.events, consumers })
    await live.start()
    await consumers.start()
    const shown = (): string[] => feed.entities('events').map(({ id }) => id)
    expect(shown()).toEqual(ids(1, 3))
    await ledger.events.append(ids(4, 4).map((id) => anEvent(id)))
    await expect.poll(shown).toEqual(ids(1, 4))
    await ledger.events.append(ids(5, 900).map((id) => anEvent(id)))
    await expect.poll(() => shown().at(-1)).toBe('e900')
    expect(shown().length).toBeLessThan(400)
    await consumers.stop()
  })
})
