import { Buffer } from 'node:buffer'
import { randomBytes, scrypt } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '../../../../shared/model/errors.ts'
import type { Secret } from '../../../../shared/model/secret.ts'
import type { Keychain } from '../../ports.ts'
import { readPrivateFile, writeNewFile } from './file-keychain.ts'
import { KEY_BYTES, seal, SealedBox, unseal } from './sealed-box.ts'

/** About 128 MB and a third of a second for each guess. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1 } as const
const SCRYPT_MEMORY_BYTES = 256 * 1024 * 1024
const SALT_BYTES = 32
const CHECK_CONTEXT = 'farmhand.passphrase/v1 check'
const CHECK_TEXT = 'farmhand'
const KEY_CONTEXT = 'farmhand.passphrase/v1 key'

const PassphraseFile = z.strictObject({
  schema: z.literal('farmhand.passphrase/v1'),
  scrypt: z.strictObject({
    N: z.literal(SCRYPT.N),
    r: z.literal(SCRYPT.r),
    p: z.literal(SCRYPT.p),
    salt: z.base64(),
  }),
  /** Opens under the right passphrase only. */
  check: SealedBox,
  key: SealedBox,
})
type PassphraseFile = z.infer<typeof PassphraseFile>

/**
 * Keeps the vault's key in a file (0600), encrypted under a passphrase. `load` throws AppError `vault.locked` when the
 * passphrase is wrong, `vault.damaged` when the file is.
 */
export function passphraseKeychain(path: string, passphrase: Secret): Keychain {
  return {
    kind: 'passphrase',
    load: async () => {
      const text = await readPrivateFile(path)
      if (text === undefined) return undefined
      const file = parseFile(text)
      if (file === undefined) throw damaged(path)
      const wrapping = await derive(passphrase, Buffer.from(file.scrypt.salt, 'base64'))
      try {
        if (unseal(wrapping, CHECK_CONTEXT, file.check)?.toString() !== CHECK_TEXT) {
          throw new AppError('vault.locked', {
            message: `The passphrase does not open ${path}. Check it and try again.`,
          })
        }
        const key = unseal(wrapping, KEY_CONTEXT, file.key)
        if (key?.length !== KEY_BYTES) throw damaged(path)
        return key
      } finally {
        wrapping.fill(0)
      }
    },
    store: async (key) => {
      const salt = randomBytes(SALT_BYTES)
      const wrapping = await derive(passphrase, salt)
      const file: PassphraseFile = {
        schema: 'farmhand.passphrase/v1',
        scrypt: { ...SCRYPT, salt: salt.toString('base64') },
        check: seal(wrapping, CHECK_CONTEXT, Buffer.from(CHECK_TEXT)),
        key: seal(wrapping, KEY_CONTEXT, key),
      }
      wrapping.fill(0)
      await writeNewFile(path, `${JSON.stringify(file, null, 2)}\n`)
    },
  }
}

function damaged(path: string): AppError {
  return new AppError('vault.damaged', {
    message: `${path} is damaged: the vault’s key cannot be read from it. Bring back a copy of it.`,
  })
}

function parseFile(text: string): PassphraseFile | undefined {
  try {
    return PassphraseFile.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

async function derive(passphrase: Secret, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // The same passphrase typed on another system may be composed in another way.
    const text = passphrase.reveal().normalize('NFKC')
    scrypt(text, salt, KEY_BYTES, { ...SCRYPT, maxmem: SCRYPT_MEMORY_BYTES }, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}
