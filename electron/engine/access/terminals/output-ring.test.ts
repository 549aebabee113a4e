import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OutputRing } from './output-ring.ts'

const limit = 10_000

/** Reads to the end in steps, as a watcher does. */
function readAll(ring: OutputRing, from: number, step: number): { offset: number; text: string } {
  const first = ring.read(from, step)
  if (first === undefined) return { offset: ring.end, text: '' }
  let { text } = first
  for (;;) {
    const next = ring.read(first.offset + text.length, step)
    if (next === undefined) return { offset: first.offset, text }
    text += next.text
  }
}

test('gives back the last text, whatever it was written and read in', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary', maxLength: 3_000 }), { maxLength: 40 }),
      fc.integer({ min: 2, max: 5_000 }),
      fc.nat(),
      (writes, step, someOffset) => {
        const ring = new OutputRing(limit)
        for (const text of writes) ring.append(text)
        const all = writes.join('')
        expect(ring.end).toBe(all.length)
        expect(ring.end - ring.start).toBeGreaterThanOrEqual(Math.min(all.length, limit))
        expect(ring.end - ring.start).toBeLessThan(limit + 6_000)
        const { offset, text } = readAll(ring, 0, step)
        expect(offset).toBe(ring.start)
        expect(text).toBe(all.slice(ring.start))
        const from = ring.start + (all.length === 0 ? 0 : someOffset % (ring.end - ring.start))
        expect(readAll(ring, from, step).text).toBe(all.slice(from))
      },
    ),
  )
})

test('never ends a read inside a surrogate pair', () => {
  const ring = new OutputRing(limit)
  ring.append('a\u{1f680}\u{1f680}')
  expect(ring.read(0, 2)).toEqual({ offset: 0, text: 'a' })
  expect(ring.read(1, 3)).toEqual({ offset: 1, text: '\u{1f680}' })
  expect(ring.read(3, 9)).toEqual({ offset: 3, text: '\u{1f680}' })
  expect(ring.read(5, 9)).toBeUndefined()
})
