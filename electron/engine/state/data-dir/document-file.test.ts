import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { takeDataDir, temporaryDirectory } from '../../../../tests/support/state.ts'
import type { DataDir } from './index.ts'
import { DocumentDamage, DocumentFile, writeAtomically } from './index.ts'

/** Documents of this test are good when they begin with "good". */
async function aDocument(): Promise<{ dataDir: DataDir; file: DocumentFile<string>; directory: string }> {
  const directory = await temporaryDirectory()
  const dataDir = await takeDataDir(directory)
  const file = new DocumentFile<string>({
    dataDir,
    name: 'thing.json',
    parse: (text) => {
      if (!text.startsWith('good')) throw new DocumentDamage('It is not good.')
      return text
    },
    describe: (text) => `“${text}”`,
  })
  return { dataDir, file, directory }
}

async function things(directory: string): Promise<Record<string, string>> {
  const names = (await readdir(directory)).filter((name) => name.startsWith('thing'))
  const pairs = names
    .sort()
    .map(async (name) => [name, await readFile(join(directory, name), 'utf8')] as const)
  return Object.fromEntries(await Promise.all(pairs))
}

test('a missing document is none', async () => {
  const { file, dataDir } = await aDocument()
  expect(await file.load()).toBeUndefined()
  expect(dataDir.findings).toEqual([])
})

test('a write replaces the whole file, keeps the state before it, and is for its owner only', async () => {
  const { file, directory } = await aDocument()
  await file.write('good 1')
  await file.write('good 2')
  await file.write('good 3')
  expect(await things(directory)).toEqual({ 'thing.json': 'good 3', 'thing.previous.json': 'good 2' })
  for (const name of ['thing.json', 'thing.previous.json']) {
    expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600)
  }
  expect(await file.load()).toBe('good 3')
  expect(await file.loadPrevious()).toBe('good 2')
})

test('a write that forgets leaves nothing of the state before it', async () => {
  const { file, directory } = await aDocument()
  await file.write('good secret')
  await file.write('good', { forget: true })
  expect(await things(directory)).toEqual({ 'thing.json': 'good', 'thing.previous.json': 'good' })
})

test('a damaged document is set aside and the state before it restored', async () => {
  const { file, directory, dataDir } = await aDocument()
  await file.write('good 1')
  await file.write('good 2')
  await writeFile(join(directory, 'thing.json'), 'bad')
  expect(await file.load()).toBe('good 1')
  expect(await things(directory)).toEqual({
    'thing.json': 'good 1',
    'thing.previous.json': 'good 1',
    'thing.damaged-20260101T000000Z.json': 'bad',
  })
  expect(dataDir.findings).toEqual([
    {
      file: 'thing.json',
      wrong: 'It is not good.',
      kept: 'The state before the last change was restored (“good 1”); the damaged file is kept as thing.damaged-20260101T000000Z.json.',
      lost: 'The last change to thing.json.',
      setAside: 'thing.damaged-20260101T000000Z.json',
      at: '2026-01-01T00:00:00.000Z',
    },
  ])
})

test('with nothing good left it starts anew and keeps what is damaged, each time under its own name', async () => {
  const { file, directory, dataDir } = await aDocument()
  for (const text of ['bad 1', 'bad 2']) {
    await writeFile(file.path, text)
    expect(await file.load()).toBeUndefined()
  }
  expect(await things(directory)).toEqual({
    'thing.damaged-20260101T000000Z.json': 'bad 1',
    'thing.damaged-20260101T000000Z-2.json': 'bad 2',
  })
  expect(dataDir.findings.map(({ lost }) => lost)).toEqual(Array(2).fill('Everything in thing.json.'))
})

test('a damaged state before the last change does not come back, and is not lost', async () => {
  const { file, directory } = await aDocument()
  await writeFile(join(directory, 'thing.previous.json'), 'worse')
  await writeFile(file.path, 'bad')
  expect(await file.load()).toBeUndefined()
  await file.write('good')
  expect((await things(directory))['thing.previous.json']).toBe('worse')
})

test('bytes that are no text are a damage', async () => {
  const { file, dataDir } = await aDocument()
  await writeFile(file.path, Buffer.from([0x67, 0x6f, 0x6f, 0x64, 0xff, 0xfe]))
  expect(await file.load()).toBeUndefined()
  expect(dataDir.findings[0]?.wrong).toBe('It holds bytes that are no text.')
})

test('a document that cannot be read is no damage', async () => {
  const { file, dataDir } = await aDocument()
  await mkdir(file.path)
  await expect(file.load()).rejects.toMatchObject({ code: 'state.unwritable' })
  expect(dataDir.findings).toEqual([])
})

test('a write that fails changes nothing and leaves nothing lying about', async () => {
  const directory = await temporaryDirectory()
  const path = join(directory, 'taken')
  await mkdir(path)
  await expect(writeAtomically(path, 'text')).rejects.toMatchObject({ code: 'state.unwritable' })
  expect(await readdir(directory)).toEqual(['taken'])
})

test('what a killed write left behind is in nobody’s way', async () => {
  const { file, directory } = await aDocument()
  await file.write('good 1')
  await writeFile(`${file.path}.tmp`, 'hal')
  await writeFile(join(directory, 'thing.previous.json.tmp'), 'hal')
  await file.write('good 2')
  expect(await things(directory)).toEqual({ 'thing.json': 'good 2', 'thing.previous.json': 'good 1' })
})
