import { expect, test } from 'vitest'
import { fuzzyMatch } from './fuzzy.ts'

test.each([
  ['serv', 'Go to Servers'],
  ['gs', 'Go to Servers'],
  ['term web', 'Open terminal on web #1 of shop'],
  ['web term', 'Open terminal on web #1 of shop'],
])('%s finds %s', (typed, text) => {
  expect(fuzzyMatch(typed, text)).not.toBeNull()
})

test.each([
  ['xyz', 'Go to Servers'],
  ['web db', 'Open terminal on web #1 of shop'],
])('%s does not find %s', (typed, text) => {
  expect(fuzzyMatch(typed, text)).toBeNull()
})

test('the beginning of a word beats the middle of one, and a short text a long one', () => {
  const scores = ['Reboot web #1', 'Cobweb status', 'Reboot web #1 of a farm with a long name'].map(
    (text) => fuzzyMatch('web', text)?.score ?? 0,
  )
  expect(scores[0]).toBeGreaterThan(scores[1] ?? 0)
  expect(scores[0]).toBeGreaterThan(scores[2] ?? 0)
})

test('matched pieces are reported in order and merged', () => {
  expect(fuzzyMatch('web go', 'Go web')?.ranges).toEqual([
    [0, 2],
    [3, 6],
  ])
})
