import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keptLog } from '../../tests/support/stub-engine.ts'
import { FileSettings } from './settings-store.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'farmhand-settings-'))
})
afterEach(() => rm(dataDir, { recursive: true }))

const open = () => new FileSettings({ dataDir, log: keptLog(), now: () => 0 })

describe('preferences in a file', () => {
  it('has defaults, and keeps what was changed for the next start', async () => {
    await expect(open().read()).resolves.toMatchObject({ theme: 'system', terminal: { fontSizePx: 13 } })
    await open().change({ theme: 'dark' })
    await open().change({ terminal: { fontSizePx: 16 } })
    await expect(open().read()).resolves.toMatchObject({
      theme: 'dark',
      terminal: { fontSizePx: 16, copyOnSelect: true },
    })
    expect((await stat(join(dataDir, 'settings.json'))).mode & 0o777).toBe(0o600)
  })

  it.each(['{"theme": ', ''])('sets a damaged file aside (%j)', async (text) => {
    await writeFile(join(dataDir, 'settings.json'), text)
    await expect(open().read()).resolves.toMatchObject({ theme: 'system' })
    const aside = (await readdir(dataDir)).find((name) => name.startsWith('settings.damaged-1970-01-01'))
    expect(await readFile(join(dataDir, aside ?? 'missing'), 'utf8')).toBe(text)
  })

  it('uses defaults for a file with values that it does not know, and leaves it alone', async () => {
    const text = JSON.stringify({ theme: 'plaid' })
    await writeFile(join(dataDir, 'settings.json'), text)
    await expect(open().read()).resolves.toMatchObject({ theme: 'system' })
    expect(await readFile(join(dataDir, 'settings.json'), 'utf8')).toBe(text)
  })
})
