import { expect, it } from 'vitest'
import { Turns } from './turns.ts'

const { signal } = new AbortController()

/** A piece of work that ends when the test says so. */
function piece(said: string[], name: string) {
  let end = (): void => undefined
  const ended = new Promise<void>((resolve) => (end = resolve))
  const work = async (): Promise<string> => {
    said.push(`${name} begins`)
    await ended
    said.push(`${name} ends`)
    return name
  }
  return { work, end: () => end() }
}

it('work on one thing goes in order, and that on others at once', async () => {
  const turns = new Turns()
  const said: string[] = []
  const [a, b, other] = [piece(said, 'a'), piece(said, 'b'), piece(said, 'other')]
  const first = turns.alone('one', signal, a.work)
  const second = turns.alone('one', signal, b.work)
  const third = turns.alone('two', signal, other.work)
  b.end()
  other.end()
  expect(await third).toBe('other')
  expect(said).not.toContain('b begins')
  a.end()
  expect(await Promise.all([first, second])).toEqual(['a', 'b'])
  expect(said.filter((line) => !line.startsWith('other'))).toEqual([
    'a begins',
    'a ends',
    'b begins',
    'b ends',
  ])
  expect(turns.isTaken('one')).toBe(false)
})

it('goes on after work that failed, and after work that gave up while it waited', async () => {
  const turns = new Turns()
  const said: string[] = []
  const [a, b, c] = [piece(said, 'a'), piece(said, 'b'), piece(said, 'c')]
  const failing = turns.alone('one', signal, async () => {
    await a.work()
    throw new Error('no')
  })
  const abort = new AbortController()
  const leaving = turns.alone('one', abort.signal, b.work)
  const waiting = turns.alone('one', signal, c.work)
  abort.abort(new Error('enough'))
  await expect(leaving).rejects.toThrow('enough')
  expect(said).toEqual(['a begins'])
  a.end()
  c.end()
  await expect(failing).rejects.toThrow('no')
  expect(await waiting).toBe('c')
  expect(said).not.toContain('b begins')
})
