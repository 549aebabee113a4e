import { expect, test } from 'vitest'
import { snapshotDue, snapshotsBeyond } from './snapshot-schedules.ts'

const now = Date.parse('2026-03-10T12:00:00.000Z')
const daily = { everyHours: 24 }

test.each([
  ['never made one', null, true, null],
  ['a minute short of a day', '2026-03-09T12:01:00.000Z', false, '2026-03-09T12:01:00.000Z'],
  ['exactly a day', '2026-03-09T12:00:00.000Z', true, '2026-03-09T12:00:00.000Z'],
  ['a jump of the clock by a month', '2026-02-09T12:00:00.000Z', true, '2026-02-09T12:00:00.000Z'],
  ['a clock that went back', '2026-03-11T12:00:00.000Z', false, '2026-03-10T12:00:00.000Z'],
])('a snapshot every 24 h, %s', (_, lastAt, due, kept) => {
  expect(snapshotDue(daily, lastAt, now)).toEqual({ due, lastAt: kept })
})

const snapshot = (id: string, day: number, state = 'completed') => ({
  id,
  state,
  startedAt: `2026-03-${String(day).padStart(2, '0')}T00:00:00.000Z`,
})

test.each([
  ['as many as are kept', 3, [1, 2, 3], []],
  ['one more', 3, [1, 2, 3, 4], ['s1']],
  ['many more, oldest first', 1, [3, 1, 2], ['s1', 's2']],
  ['no rotation', 0, [1, 2, 3, 4], []],
])('rotation: %s', (_, keep, days, gone) => {
  const all = days.map((day) => snapshot(`s${day}`, day))
  expect(snapshotsBeyond(all, keep).map(({ id }) => id)).toEqual(gone)
})

test('a snapshot that failed goes and takes no good one’s place', () => {
  const all = [snapshot('s1', 1), snapshot('bad', 2, 'error'), snapshot('s3', 3)]
  expect(snapshotsBeyond(all, 2).map(({ id }) => id)).toEqual(['bad'])
})
