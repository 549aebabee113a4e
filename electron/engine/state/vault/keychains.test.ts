import { randomBytes } from 'node:crypto'
import { chmod, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { Secret } from '../../../../shared/model/secret.ts'
import { temporaryDirectory } from '../../../../tests/support/state.ts'
import { fileKeychain, passphraseKeychain } from './index.ts'

const key = randomBytes(32)
let path: string
beforeEach(async () => {
  path = join(await temporaryDirectory(), 'vault.key')
})

describe('a key file', () => {
  test('gives back the key it was given, and is for its owner only', async () => {
    expect(await fileKeychain(path).load()).toBeUndefined()
    await fileKeychain(path).store(key)
    expect((await fileKeychain(path).load())?.equals(key)).toBe(true)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  test.each([0o640, 0o604, 0o660, 0o644])('that others may touch (mode %o) is refused', async (mode) => {
    await fileKeychain(path).store(key)
    await chmod(path, mode)
    await expect(fileKeychain(path).load()).rejects.toMatchObject({
      code: 'vault.locked',
      message: `Others may read ${path} (mode 0${mode.toString(8)}). Allow it to its owner only: chmod 600 ${path}.`,
    })
  })

  test('that is a link is refused', async () => {
    await fileKeychain(`${path}.real`).store(key)
    await symlink(`${path}.real`, path)
    await expect(fileKeychain(path).load()).rejects.toMatchObject({ code: 'vault.locked' })
  })

  test.each(['', '{}', 'not json', JSON.stringify({ schema: 'farmhand.key/v1', key: 'c2hvcnQ=' })])(
    'that holds no key (%j) is refused, without quoting it',
    async (text) => {
      await writeFile(path, text, { mode: 0o600 })
      await expect(fileKeychain(path).load()).rejects.toMatchObject({
        code: 'vault.locked',
        message: `${path} is no key file of Farmhand. Put the right one in its place.`,
      })
    },
  )

  test('is never replaced', async () => {
    await fileKeychain(path).store(key)
    await expect(fileKeychain(path).store(randomBytes(32))).rejects.toMatchObject({ code: 'vault.locked' })
    expect((await fileKeychain(path).load())?.equals(key)).toBe(true)
  })
})

describe('a passphrase', () => {
  const right = new Secret('correct horse battery stäple')

  test('opens what it closed; a wrong one does not, and neither stands in the file', async () => {
    expect(await passphraseKeychain(path, right).load()).toBeUndefined()
    await passphraseKeychain(path, right).store(key)
    // The same letters, composed in another way.
    const decomposed = new Secret(right.reveal().normalize('NFD'))
    expect((await passphraseKeychain(path, decomposed).load())?.equals(key)).toBe(true)
    await expect(passphraseKeychain(path, new Secret('correct horse')).load()).rejects.toMatchObject({
      code: 'vault.locked',
      message: `The passphrase does not open ${path}. Check it and try again.`,
    })
    const text = await readFile(path, 'utf8')
    expect(text).toContain('"N": 131072')
    expect(text).not.toContain(key.toString('base64'))
    expect(text).not.toContain('horse')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  test('tells a damaged file from a wrong passphrase', async () => {
    await passphraseKeychain(path, right).store(key)
    const file = JSON.parse(await readFile(path, 'utf8')) as { check: unknown; key: unknown }
    await writeFile(path, JSON.stringify({ ...file, key: file.check }))
    await expect(passphraseKeychain(path, right).load()).rejects.toMatchObject({ code: 'vault.damaged' })
    await writeFile(path, '{ "schema":')
    await expect(passphraseKeychain(path, right).load()).rejects.toMatchObject({ code: 'vault.damaged' })
  })
})
