import { expect, test } from 'vitest'
import type { Action } from './actions.ts'
import { actionFor, chordOf, shortcutWords } from './shortcuts.ts'

test.each([
  [{ key: 'k', ctrlKey: true }, false, 'mod+k'],
  [{ key: 'k', metaKey: true }, true, 'mod+k'],
  [{ key: 'k', ctrlKey: true }, true, 'k'],
  [{ key: 'F', ctrlKey: true, shiftKey: true }, false, 'mod+shift+f'],
  [{ key: '?', shiftKey: true }, false, '?'],
  [{ key: 'ArrowRight', ctrlKey: true, altKey: true }, false, 'mod+alt+arrowright'],
])('%o on a Mac: %s is %s', (init, isMac, chord) => {
  expect(chordOf(new KeyboardEvent('keydown', init), isMac)).toBe(chord)
})

const action = (id: string, shortcut: string): Action => ({
  id,
  title: id,
  group: '',
  shortcut,
  run: () => undefined,
})
const actions = [action('servers', 'g s'), action('save', 's'), action('palette', 'mod+k')]

test.each([
  [['mod+k'], 'palette'],
  [['g', 's'], 'servers'],
  [['s'], 'save'],
  [['x', 's'], 'save'],
  [['g'], undefined],
])('%o asks for %s', (chords, id) => {
  expect(actionFor(actions, chords)?.id).toBe(id)
})

test('shortcuts are written as people know them', () => {
  expect(shortcutWords('mod+shift+f', false)).toEqual(['Ctrl', 'Shift', 'F'])
  expect(shortcutWords('mod+k', true)).toEqual(['⌘', 'K'])
  expect(shortcutWords('g s', false)).toEqual(['G', 'S'])
})
