import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keptLog } from '../../tests/support/stub-engine.ts'
import { defaultDataDir } from './data-place.ts'
import { hostKeychain, hostPorts, sealedKeyFile, vaultKeeper } from './host-ports.ts'
import { browserLaunch } from './open-browser.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'farmhand-host-'))
})
afterEach(() => rm(dataDir, { recursive: true }))

describe('the keychain of a host', () => {
  it('stays with the kind that the vault was made with', async () => {
    const key = randomBytes(32)
    const byFile = hostKeychain(dataDir, {})
    expect(byFile.kind).toBe('file')
    await byFile.store(key)
    expect(await hostKeychain(dataDir, { FARMHAND_PASSPHRASE: '' }).load()).toEqual(key)
    expect(() => hostKeychain(dataDir, { FARMHAND_PASSPHRASE: 'x' })).toThrow(/without FARMHAND_PASSPHRASE/)
  })

  it('asks for the passphrase of a vault that has one', async () => {
    const key = randomBytes(32)
    const env = { FARMHAND_PASSPHRASE: 'correct horse' }
    await hostKeychain(dataDir, env).store(key)
    expect(await hostKeychain(dataDir, env).load()).toEqual(key)
    expect(() => hostKeychain(dataDir, {})).toThrow(/set FARMHAND_PASSPHRASE/)
    await expect(hostKeychain(dataDir, { FARMHAND_PASSPHRASE: 'wrong' }).load()).rejects.toMatchObject({
      code: 'vault.locked',
    })
  })

  it('leaves a vault of the desktop’s keychain to the desktop', async () => {
    await writeFile(join(dataDir, sealedKeyFile), 'sealed')
    expect(vaultKeeper(dataDir)).toBe('system')
    expect(() => hostKeychain(dataDir, {})).toThrow(/desktop app/)
  })

  it('keeps the passphrase from the programs that Farmhand starts', () => {
    const env = { FARMHAND_PASSPHRASE: 'correct horse', PATH: '/bin' }
    expect(hostPorts({ dataDir, homeDir: '/h', env, log: keptLog() }).env).toEqual({ PATH: '/bin' })
  })
})

describe('where data is kept', () => {
  it.each([
    ['linux', {}, '/h/.local/share/farmhand'],
    ['linux', { XDG_DATA_HOME: '/x' }, '/x/farmhand'],
    ['darwin', {}, '/h/Library/Application Support/Farmhand'],
    ['win32', { LOCALAPPDATA: '/l' }, '/l/Farmhand'],
  ])('%s with %j', (system, env, dir) => {
    expect(defaultDataDir(env, '/h', system)).toBe(dir)
  })
})

describe('how the app’s window is opened', () => {
  const url = 'http://127.0.0.1:1/#token=t'

  it('takes a Chromium in app mode', () => {
    const env = { DISPLAY: ':0', CHROME_PATH: '/opt/chromium' }
    expect(browserLaunch(url, env, 'linux')).toEqual({
      command: '/opt/chromium',
      args: [`--app=${url}`, '--no-first-run'],
    })
  })

  it('leaves it to the desktop where there is none', () => {
    expect(browserLaunch(url, { WAYLAND_DISPLAY: 'w', PATH: dataDir }, 'linux')).toEqual({
      command: 'xdg-open',
      args: [url],
    })
  })

  it('opens nothing without a display', () => {
    expect(browserLaunch(url, { CHROME_PATH: '/opt/chromium' }, 'linux')).toBeUndefined()
  })
})
