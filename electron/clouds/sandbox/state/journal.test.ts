import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Journal } from './journal.ts'

let dir: string
let path: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'journal-'))
  path = join(dir, 'journal.jsonl')
})
afterEach(async () => {
  await rm(dir, { recursive: true, force: true })
})

it('keeps lines in order, each on disk when it is acknowledged', async () => {
  const journal = await Journal.open(path, () => ['snapshot'])
  await journal.append('one')
  expect(await Journal.lines(path)).toEqual(['snapshot', 'one'])
  await Promise.all(['two', 'three', 'four'].map((line) => journal.append(line)))
  expect(await Journal.lines(path)).toEqual(['snapshot', 'one', 'two', 'three', 'four'])
  await journal.close()
})

it('has no lines where there is no file, and leaves out what was cut off', async () => {
  expect(await Journal.lines(path)).toEqual([])
  await appendFile(path, 'one\ntwo\nthr')
  expect(await Journal.lines(path)).toEqual(['one', 'two'])
})

it('is replaced by the snapshot when it has grown long', async () => {
  const state = new Set<string>()
  const journal = await Journal.open(path, () => [...state])
  for (let at = 0; at < 60; at += 1) {
    await Promise.all(
      Array.from({ length: 100 }, (_, in100) => {
        const line = `${in100}`
        state.add(line)
        return journal.append(line)
      }),
    )
  }
  await journal.close()
  const lines = await Journal.lines(path)
  expect(lines.length).toBeLessThan(2_000)
  expect(new Set(lines)).toEqual(state)
})

it('writes all anew after a write that failed', async () => {
  const state: string[] = []
  const journal = await Journal.open(path, () => state)
  state.push('one')
  await journal.append('one')
  await journal.close()
  state.push('two')
  await expect(journal.append('two')).rejects.toThrow()
  state.push('three')
  await journal.append('three')
  expect(await readFile(path, 'utf8')).toBe('one\ntwo\nthree\n')
  await journal.close()
})
