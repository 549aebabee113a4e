import { describe, expect, it } from 'vitest'
import { EscapeKeys } from './escape-keys.ts'
import { statusOfSignal } from './run-on-server.ts'

describe('escape keys', () => {
  it.each([
    [['~.'], '', true],
    [['ls\r~.x'], 'ls\r', true],
    [['ls\r', '~', '.'], 'ls\r', true],
    [['a~.'], 'a~.', false],
    [['~~.'], '~.', false],
    [['~x'], '~x', false],
    [['cd ~/x\r'], 'cd ~/x\r', false],
  ])('%j passes %j', (chunks, text, leave) => {
    const keys = new EscapeKeys()
    const taken = chunks.map((chunk) => keys.take(chunk))
    expect(taken.map((part) => part.text).join('')).toBe(text)
    expect(taken.at(-1)?.leave).toBe(leave)
  })
})

describe('status of a signal', () => {
  it.each([
    ['TERM', 143],
    ['SIGKILL', 137],
    ['ODD', 255],
    [null, 255],
  ])('%s is %i', (signal, status) => {
    expect(statusOfSignal(signal)).toBe(status)
  })
})
