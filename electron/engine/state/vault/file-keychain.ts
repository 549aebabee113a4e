import { Buffer } from 'node:buffer'
import { lstat, readFile } from 'node:fs/promises'
import { z } from 'zod'
import { AppError } from '../../../../shared/model/errors.ts'
import type { Keychain } from '../../ports.ts'
import { diskError, systemCode, writeAtomically } from '../data-dir/index.ts'
import { KEY_BYTES } from './sealed-box.ts'

const KeyFile = z.strictObject({ schema: z.literal('farmhand.key/v1'), key: z.base64() })

/**
 * Keeps the vault's key in a file that only its owner may read (0600). `load` throws AppError `vault.locked` when others
 * may read the file, or when it is no key file. `store` never replaces a key.
 */
export function fileKeychain(path: string): Keychain {
  return {
    kind: 'file',
    load: async () => {
      const text = await readPrivateFile(path)
      if (text === undefined) return undefined
      const key = readKey(text)
      if (key?.length !== KEY_BYTES) {
        throw new AppError('vault.locked', {
          message: `${path} is no key file of Farmhand. Put the right one in its place.`,
        })
      }
      return key
    },
    store: async (key) => {
      await writeNewFile(
        path,
        `${JSON.stringify({ schema: 'farmhand.key/v1', key: key.toString('base64') })}\n`,
      )
    },
  }
}

/** A file's text, undefined when there is none. Throws AppError `vault.locked` when others than its owner may read it. */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  try {
    const facts = await lstat(path)
    if (!facts.isFile()) {
      throw new AppError('vault.locked', {
        message: `${path} must be a plain file, no link and no directory.`,
      })
    }
    if (process.platform !== 'win32' && (facts.mode & 0o077) !== 0) {
      const mode = (facts.mode & 0o777).toString(8).padStart(4, '0')
      throw new AppError('vault.locked', {
        message: `Others may read ${path} (mode ${mode}). Allow it to its owner only: chmod 600 ${path}.`,
      })
    }
    return await readFile(path, 'utf8')
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return undefined
    throw diskError(thrown, path)
  }
}

/** Writes a file (0600) that must not be there yet. */
export async function writeNewFile(path: string, text: string): Promise<void> {
  if ((await readPrivateFile(path)) !== undefined) {
    throw new AppError('vault.locked', { message: `${path} holds a key already; it is not replaced.` })
  }
  await writeAtomically(path, text)
}

function readKey(text: string): Buffer | undefined {
  try {
    return Buffer.from(KeyFile.parse(JSON.parse(text)).key, 'base64')
  } catch {
    return undefined
  }
}
