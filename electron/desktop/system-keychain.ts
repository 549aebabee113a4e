import { safeStorage } from 'electron'
import { Buffer } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../shared/model/errors.ts'
import { writeAtomically } from '../engine/data-dir/index.ts'
import type { Keychain } from '../engine/ports.ts'
import { sealedKeyFile } from '../headless/index.ts'

/** Whether the operating system really protects what it is given; on Linux without a keyring it would not. */
export function hasSystemKeychain(): boolean {
  if (!safeStorage.isEncryptionAvailable()) return false
  return process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text'
}

/** Keeps the vault's master key encrypted by the operating system's keychain. */
export function systemKeychain(dataDir: string): Keychain {
  const file = join(dataDir, sealedKeyFile)
  return {
    kind: 'system',
    async load() {
      let sealed: Buffer
      try {
        sealed = await readFile(file)
      } catch (thrown) {
        if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined
        throw thrown
      }
      try {
        return Buffer.from(safeStorage.decryptString(Buffer.from(sealed.toString(), 'base64')), 'base64')
      } catch (thrown) {
        throw new AppError('vault.locked', {
          message:
            'The system’s keychain does not open the vault’s key. Unlock it as the user who made it, and start again.',
          cause: thrown,
        })
      }
    },
    async store(key) {
      await writeAtomically(file, safeStorage.encryptString(key.toString('base64')).toString('base64'))
    },
  }
}
