import { expect, test } from 'vitest'
import { OutputCursor } from './output-cursor.ts'

test('what was received already is left out, and a gap is stepped over', () => {
  const cursor = new OutputCursor()
  expect(cursor.take({ offset: 0, text: 'hello' })).toBe('hello')
  expect(cursor.take({ offset: 3, text: 'lo you' })).toBe(' you')
  expect(cursor.take({ offset: 0, text: 'hello' })).toBe('')
  expect(cursor.take({ offset: 100, text: 'later' })).toBe('later')
  expect(cursor.offset).toBe(105)
})

test('a view that goes on where another one ended takes only what is new', () => {
  const cursor = new OutputCursor(5)
  expect(cursor.take({ offset: 0, text: 'hello, world' })).toBe(', world')
})

test('acknowledgements come for every 32 KiB that is shown', () => {
  const cursor = new OutputCursor()
  expect(cursor.shown(1000)).toBeNull()
  expect(cursor.shown(32_768)).toBe(32_768)
  expect(cursor.shown(32_769)).toBeNull()
  expect(cursor.shown(65_536)).toBe(65_536)
})
