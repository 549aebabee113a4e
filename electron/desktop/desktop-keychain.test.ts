import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { hostKeychain } from '../headless/index.ts'
import { desktopKeychain } from './desktop-keychain.ts'

const keyring = vi.hoisted(() => ({
  isThere: true,
  backend: 'gnome_libsecret',
  shouldReEncrypt: false,
  isLocked: false,
}))
vi.mock('electron', () => ({
  safeStorage: {
    isAsyncEncryptionAvailable: () => Promise.resolve(keyring.isThere),
    getSelectedStorageBackend: () => keyring.backend,
    encryptStringAsync: (text: string) => Promise.resolve(Buffer.from([...Buffer.from(text)].reverse())),
    decryptStringAsync: (sealed: Buffer) =>
      keyring.isLocked
        ? Promise.reject(new Error('locked'))
        : Promise.resolve({
            result: Buffer.from([...sealed].reverse()).toString(),
            shouldReEncrypt: keyring.shouldReEncrypt,
          }),
  },
}))

const key = randomBytes(32)
let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'farmhand-keychain-'))
  Object.assign(keyring, {
    isThere: true,
    backend: 'gnome_libsecret',
    shouldReEncrypt: false,
    isLocked: false,
  })
})
afterEach(() => rm(dataDir, { recursive: true }))

it('seals the key with the system’s keychain and gives it back', async () => {
  const { keychain, lacksKeyring } = await desktopKeychain(dataDir, {})
  expect(await keychain.load()).toBeUndefined()
  await keychain.store(key)
  const file = join(dataDir, 'vault-key.sealed')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readFile(file, 'utf8')).not.toContain(key.toString('base64'))
  expect(await keychain.load()).toEqual(key)
  expect({ kind: keychain.kind, lacksKeyring }).toEqual({ kind: 'system', lacksKeyring: false })
})

it('seals the key anew when the keychain has a better one', async () => {
  const { keychain } = await desktopKeychain(dataDir, {})
  await keychain.store(key)
  const before = await stat(join(dataDir, 'vault-key.sealed'))
  keyring.shouldReEncrypt = true
  expect(await keychain.load()).toEqual(key)
  expect((await stat(join(dataDir, 'vault-key.sealed'))).ino).not.toBe(before.ino)
})

it('says so when the keychain does not open', async () => {
  const { keychain } = await desktopKeychain(dataDir, {})
  await keychain.store(key)
  keyring.isLocked = true
  await expect(keychain.load()).rejects.toMatchObject({ code: 'vault.locked' })
})

it.each([
  ['there is none', { isThere: false }],
  ...(process.platform === 'linux'
    ? [['it is the one that protects nothing', { backend: 'basic_text' }] as const]
    : []),
] as const)('keeps the key in a file when %s', async (_why, change) => {
  Object.assign(keyring, change)
  const { keychain, lacksKeyring } = await desktopKeychain(dataDir, {})
  expect({ kind: keychain.kind, lacksKeyring }).toEqual({ kind: 'file', lacksKeyring: true })
})

it('stays with the passphrase or the file that the vault was made with', async () => {
  const env = { FARMHAND_PASSPHRASE: 'correct horse' }
  expect((await desktopKeychain(dataDir, env)).keychain.kind).toBe('passphrase')
  await hostKeychain(dataDir, {}).store(key)
  const { keychain, lacksKeyring } = await desktopKeychain(dataDir, {})
  expect({ kind: keychain.kind, lacksKeyring }).toEqual({ kind: 'file', lacksKeyring: false })
  expect(await keychain.load()).toEqual(key)
})

it('does not make a second key while the keyring of a sealed one is away', async () => {
  await (await desktopKeychain(dataDir, {})).keychain.store(key)
  keyring.isThere = false
  expect((await desktopKeychain(dataDir, {})).keychain.kind).toBe('system')
})
