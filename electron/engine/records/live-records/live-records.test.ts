import { describe, expect, test } from 'vitest'
import type { NewEvent } from '../../../../shared/model/events.ts'
import { LiveRecords } from './live-records.ts'

interface Thing {
  id: string
  size: number
}

/** Records over a disk that can refuse, and what came to the disk and to listeners, in order. */
async function records(first: 'memory' | 'disk') {
  const seen: string[] = []
  const disk = { refuses: false }
  const write = async (what: string, events: readonly NewEvent[] = []): Promise<void> => {
    await Promise.resolve()
    if (disk.refuses) throw new Error('The disk is full.')
    seen.push([`disk ${what}`, ...events.map(({ kind }) => kind)].join(' '))
  }
  const things = new LiveRecords<Thing>({
    noun: 'thing',
    repository: {
      list: async () => [{ id: 'a', size: 1 }],
      put: ({ id, size }, events) => write(`${id}=${String(size)}`, events),
      remove: (id, events) => write(`-${id}`, events),
    },
    first,
    onChange: (put, dropped) =>
      seen.push(['feed', ...put.map(({ id, size }) => `${id}=${String(size)}`), ...dropped].join(' ')),
  })
  await things.start()
  return { things, seen, disk }
}

const told = (kind: NewEvent['kind']) => ({ kind }) as NewEvent

describe.each(['memory', 'disk'] as const)('live records, %s first', (first) => {
  test('are read at the start, found, and missed with a sentence', async () => {
    const { things, seen } = await records(first)
    expect(seen).toEqual(['feed a=1'])
    expect(things.list()).toEqual([{ id: 'a', size: 1 }])
    expect(things.get('a')).toBe(things.find('a'))
    expect(things.find('b')).toBeUndefined()
    expect(() => things.get('b')).toThrow(
      expect.objectContaining({ code: 'input.not_found', message: 'There is no thing b.' }),
    )
  })

  test('are written with their events, and told of once on disk', async () => {
    const { things, seen } = await records(first)
    expect(await things.put({ id: 'b', size: 2 }, [told('KeyCreated')])).toEqual({ id: 'b', size: 2 })
    await things.remove('a', [told('KeyRemoved')])
    expect(seen.slice(1)).toEqual(['disk b=2 KeyCreated', 'feed b=2', 'disk -a KeyRemoved', 'feed a'])
    expect(things.list()).toEqual([{ id: 'b', size: 2 }])
  })

  test('show a change before or after it is on disk, and keep or drop what the disk refuses', async () => {
    const { things, seen, disk } = await records(first)
    const inMemory = first === 'memory'
    const putting = things.put({ id: 'a', size: 2 })
    expect(things.get('a').size).toBe(inMemory ? 2 : 1)
    await putting
    disk.refuses = true
    await expect(things.put({ id: 'a', size: 3 })).rejects.toThrow('full')
    expect(things.get('a').size).toBe(inMemory ? 3 : 2)
    await expect(things.remove('a')).rejects.toThrow('full')
    expect(things.find('a') === undefined).toBe(inMemory)
    expect(seen.slice(1)).toEqual(['disk a=2', 'feed a=2'])
  })
})

test('one change may go to memory first where others go to the disk first', async () => {
  const { things } = await records('disk')
  const putting = things.put({ id: 'a', size: 2 }, [], 'memory')
  expect(things.get('a').size).toBe(2)
  await putting
})
