import { expect, it } from 'vitest'
import { isOffered, lastDeprecationMs } from './deprecation.ts'

const at = (from: string | null) => ({
  isSystem: false,
  deprecated: from === null ? null : { from, replacementId: null },
})
const now = Date.parse('2026-06-01T12:00:00.000Z')

it.each([
  ['not deprecated', at(null), true],
  ['deprecated long ago', at('2026-01-01T00:00:00.000Z'), false],
  ['deprecated at this moment', at('2026-06-01T12:00:00.000Z'), false],
  ['deprecated tomorrow', at('2026-06-02T12:00:00.000Z'), true],
  ['for imported servers', { ...at(null), isSystem: true }, false],
])('a role that is %s', (_what, role, offered) => {
  expect(isOffered(role, now)).toBe(offered)
})

it('holds the same deprecations at the moment when the last of them began', () => {
  const all = ['2026-01-01T00:00:00.000Z', '2026-05-01T00:00:00.000Z', '2026-07-01T00:00:00.000Z', null].map(
    at,
  )
  const last = lastDeprecationMs(all, now)
  expect(new Date(last).toISOString()).toBe('2026-05-01T00:00:00.000Z')
  expect(all.map((role) => isOffered(role, last))).toEqual(all.map((role) => isOffered(role, now)))
  expect(lastDeprecationMs([at(null)], now)).toBe(0)
})
