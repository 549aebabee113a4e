import { expect, test } from 'vitest'
import { duration, relativeTime } from './time-words.ts'

const now = Date.parse('2026-06-15T12:00:00.000Z')
const ago = (ms: number): string => new Date(now - ms).toISOString()

test.each([
  [0, 'just now'],
  [59_000, 'just now'],
  [60_000, '1 min. ago'],
  [3_600_000, '1 hr. ago'],
  [86_400_000, 'yesterday'],
  [40 * 86_400_000, 'last mo.'],
  [-60_000, 'in 1 min.'],
])('%d ms ago is %s', (ms, words) => expect(relativeTime(ago(ms), now)).toBe(words))

test.each([
  [-5, '0 s'],
  [12_000, '12 s'],
  [72_000, '1 min 12 s'],
  [3_600_000, '1 h 0 min'],
  [90_000_000, '1 d 1 h'],
])('%d ms last %s', (ms, words) => expect(duration(ms)).toBe(words))
