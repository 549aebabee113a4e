import { expect, test } from 'vitest'
import { anEvent } from '../../../tests/support/events.ts'
import type { Event } from '../../model/events.ts'
import { withNews } from './live-timeline.ts'

const event = (seq: number, farmId = 'shop'): Event => ({ ...anEvent(`e${String(seq)}`, { farmId }), seq })
const isOurs = ({ farmId }: Event): boolean => farmId === 'shop'

test.each([
  ['nothing in the feed', [3, 2], 0, [], [3, 2], 0],
  [
    'the first look at the feed adds what is newer than what was read',
    [3, 2],
    0,
    [1, 2, 3, 4, 5],
    [5, 4, 3, 2],
    5,
  ],
  ['an empty timeline takes what the feed has of it', [], 0, [7, 8], [8, 7], 8],
  ['what was taken in is not taken in again', [5, 4], 5, [3, 4, 5], [5, 4], 5],
  ['what follows is taken in', [5, 4], 5, [4, 5, 6], [6, 5, 4], 6],
  ['the feed may begin right after what was taken in', [5], 5, [6, 7], [7, 6, 5], 7],
])('%s', (_name, shown, place, feed, expected, nextPlace) => {
  const before = { events: shown.map((seq) => event(seq)), place }
  const after = withNews(
    before,
    feed.map((seq) => event(seq)),
    isOurs,
  )
  expect(after).toEqual({ events: expected.map((seq) => event(seq)), place: nextPlace })
})

test('what belongs to others is passed over', () => {
  const after = withNews({ events: [], place: 1 }, [event(1), event(2, 'other'), event(3)], isOurs)
  expect(after).toEqual({ events: [event(3)], place: 3 })
})

test('a feed that begins later than what was taken in leaves a gap', () => {
  expect(withNews({ events: [event(5)], place: 5 }, [event(9)], isOurs)).toBe('gap')
})
