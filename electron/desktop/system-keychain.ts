import { safeStorage } from 'electron'
import { Buffer } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../shared/model/errors.ts'
import { writeAtomically } from '../engine/state/data-dir/index.ts'
import type { Keychain } from '../engine/ports.ts'
import { sealedKeyFile } from '../headless/index.ts'

/** Whether the operating system really protects what it is given; on Linux without a keyring it would not. */
export async function hasSystemKeychain(): Promise<boolean> {
  if (!(await safeStorage.isAsyncEncryptionAvailable())) return false
  return process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text'
}

/** Keeps the vault's master key encrypted by the operating system's keychain. */
export function systemKeychain(dataDir: string): Keychain {
  const file = join(dataDir, sealedKeyFile)
  const store = async (key: Buffer): Promise<void> => {
    const sealed = await safeStorage.encryptStringAsync(key.toString('base64'))
    await writeAtomically(file, sealed.toString('base64'))
  }
  return {
    kind: 'system',
    store,
    async load() {
      const sealed = await readSealed(file)
      if (sealed === undefined) return undefined
      const { result, shouldReEncrypt } = await unseal(sealed)
      const key = Buffer.from(result, 'base64')
      if (shouldReEncrypt) await store(key)
      return key
    },
  }
}

async function readSealed(file: string): Promise<Buffer | undefined> {
  try {
    return Buffer.from(await readFile(file, 'utf8'), 'base64')
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined
    throw thrown
  }
}

async function unseal(sealed: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }> {
  try {
    return await safeStorage.decryptStringAsync(sealed)
  } catch (thrown) {
    throw new AppError('vault.locked', {
      message:
        'The system’s keychain does not open the vault’s key. Unlock it as the user who made it, and start again.',
      cause: thrown,
    })
  }
}
