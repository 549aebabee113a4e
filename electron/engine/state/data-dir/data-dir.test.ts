import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AppError } from '../../../../shared/model/errors.ts'
import { Secret } from '../../../../shared/model/secret.ts'
import { ManualClock } from '../../../../tests/support/clocks.ts'
import { silentLog } from '../../../../tests/support/logs.ts'
import { takeDataDir, temporaryDirectory, withDataDir } from '../../../../tests/support/state.ts'
import { openDataDir, readEngineFile } from './index.ts'

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777
}

test('makes the directory for its owner only', async () => {
  const path = join(await temporaryDirectory(), 'deep', 'inside')
  await takeDataDir(path)
  expect(await modeOf(path)).toBe(0o700)
  expect(await modeOf(join(path, 'engine.lock'))).toBe(0o600)
  expect(await modeOf(join(path, 'engine.json'))).toBe(0o600)
})

test('refuses a second owner in the same process, naming the first, and lets it in after the close', async () => {
  const path = await temporaryDirectory()
  const first = await takeDataDir(path)
  const again = openDataDir({ dataDir: path, clock: new ManualClock(), log: silentLog })
  await expect(again).rejects.toMatchObject({
    code: 'state.in_use',
    message: expect.stringContaining(`in use by process ${String(process.pid)}`) as unknown,
  })
  await first.close()
  await withDataDir(path, async (second) => Promise.resolve(expect(second.path).toBe(path)))
})

test('the engine file names the owner while there is one', async () => {
  const path = await temporaryDirectory()
  const dataDir = await takeDataDir(path)
  expect(await readEngineFile(path)).toEqual({ pid: process.pid, url: null, token: null })

  await dataDir.writeEngineFile({ url: 'http://127.0.0.1:4000', token: new Secret('open sesame') })
  const owner = await readEngineFile(path)
  expect(owner).toMatchObject({ pid: process.pid, url: 'http://127.0.0.1:4000' })
  expect(owner?.token?.reveal()).toBe('open sesame')
  expect(await modeOf(join(path, 'engine.json'))).toBe(0o600)

  await dataDir.close()
  expect(await readEngineFile(path)).toBeUndefined()
  expect(await readdir(path)).not.toContain('engine.json')
})

test('what a dead engine left behind names nobody', async () => {
  const path = await temporaryDirectory()
  await writeFile(
    join(path, 'engine.json'),
    JSON.stringify({ pid: 1, url: 'http://127.0.0.1:1', token: 't' }),
  )
  expect(await readEngineFile(path)).toBeUndefined()
  await withDataDir(path, async () => {
    const owner = await readEngineFile(path)
    expect(owner?.pid).toBe(process.pid)
  })
})

test('looking who owns a directory that does not exist makes nothing', async () => {
  const path = join(await temporaryDirectory(), 'nothing')
  expect(await readEngineFile(path)).toBeUndefined()
  await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' })
})

test('a lock file full of rubbish locks all the same', async () => {
  const path = await temporaryDirectory()
  await writeFile(join(path, 'engine.lock'), 'rubbish '.repeat(1000))
  await takeDataDir(path)
  const again = openDataDir({ dataDir: path, clock: new ManualClock(), log: silentLog })
  await expect(again).rejects.toMatchObject({ code: 'state.in_use' })
})

test('says in a sentence that a file stands where the directory should be', async () => {
  const path = join(await temporaryDirectory(), 'file')
  await writeFile(path, 'mine')
  const open = openDataDir({ dataDir: path, clock: new ManualClock(), log: silentLog })
  await expect(open).rejects.toThrow(AppError)
  await expect(open).rejects.toMatchObject({ code: 'state.unwritable' })
  expect(await readFile(path, 'utf8')).toBe('mine')
})

test('the lock cannot be taken where its file is a directory', async () => {
  const path = await temporaryDirectory()
  await mkdir(join(path, 'engine.lock'))
  const open = openDataDir({ dataDir: path, clock: new ManualClock(), log: silentLog })
  await expect(open).rejects.toMatchObject({ code: 'state.unwritable' })
})

test('findings reach a follower that comes late, and one that is there already', async () => {
  const dataDir = await takeDataDir(await temporaryDirectory())
  const finding = { file: 'a.json', wrong: 'w', kept: 'k', lost: 'l', setAside: null }
  dataDir.report(finding)
  const told: string[] = []
  dataDir.followFindings(({ file }) => told.push(file))
  dataDir.report({ ...finding, file: 'b.json' })
  expect(told).toEqual(['a.json', 'b.json'])
  expect(dataDir.findings).toHaveLength(2)
})
