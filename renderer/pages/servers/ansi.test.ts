import { expect, test } from 'vitest'
import { parseAnsi } from './ansi.ts'

const esc = '\u001b'

test('colours and bold become looks', () => {
  expect(parseAnsi(`plain ${esc}[32mok${esc}[0m ${esc}[1;91mbad${esc}[22;39m end`)).toEqual([
    { text: 'plain ', foreground: null, bold: false },
    { text: 'ok', foreground: 2, bold: false },
    { text: ' ', foreground: null, bold: false },
    { text: 'bad', foreground: 9, bold: true },
    { text: ' end', foreground: null, bold: false },
  ])
})

test.each([
  ['cursor movement', `a${esc}[2Jb${esc}[10;5Hc`, 'abc'],
  ['a window title', `a${esc}]0;evil title\u0007b`, 'ab'],
  ['a clipboard write', `a${esc}]52;c;ZXZpbA==${esc}\\b`, 'ab'],
  ['other control characters', 'a\u0007\u0008b\u0000c', 'abc'],
  ['line ends of a serial console', 'a\r\nb\r\r\nc', 'a\nb\nc'],
  ['256 colours', `a${esc}[38;5;200mb`, 'ab'],
  ['an unfinished sequence', `ab${esc}`, 'ab'],
])('%s is left out', (_, text, expected) => {
  expect(
    parseAnsi(text)
      .map((piece) => piece.text)
      .join(''),
  ).toBe(expected)
})
