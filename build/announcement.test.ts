import { describe, expect, it } from 'vitest'
import { announcing, readable } from './announcement.mjs'

const line = JSON.stringify({ url: 'http://127.0.0.1:4321', token: 'abc', pid: 1, dataDir: '/data' })

describe('what npm start prints', () => {
  it('is the address with its token', () => {
    expect(readable(line)).toBe('Farmhand runs at http://127.0.0.1:4321/#token=abc')
  })

  it('is the line itself when it is no announcement', () => {
    expect(readable('{"error":{"code":"state.in_use"}}')).toBe('{"error":{"code":"state.in_use"}}')
    expect(readable('no JSON')).toBe('no JSON')
  })

  it('does not depend on how the stream is cut', () => {
    const written: string[] = []
    const write = announcing((text) => written.push(text))
    for (const character of `${line}\nsecond line\n`) write(character)
    expect(written.join('')).toBe(`${readable(line)}\nsecond line\n`)
  })
})
