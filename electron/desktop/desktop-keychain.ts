import type { Keychain } from '../engine/ports.ts'
import { hostKeychain, vaultKeeper } from '../headless/index.ts'
import { hasSystemKeychain, systemKeychain } from './system-keychain.ts'

/**
 * Where the vault's key is kept: with the system's keychain, unless the vault was made otherwise, a passphrase is given or
 * there is no keychain that protects anything. `lacksKeyring` says that only the last of these put the key in a file.
 */
export async function desktopKeychain(
  dataDir: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ keychain: Keychain; lacksKeyring: boolean }> {
  const hasKeyring = await hasSystemKeychain()
  const keeper = vaultKeeper(dataDir)
  const wantsPassphrase = (env['FARMHAND_PASSPHRASE'] ?? '') !== ''
  if (keeper === 'system' || (keeper === undefined && !wantsPassphrase && hasKeyring)) {
    return { keychain: systemKeychain(dataDir), lacksKeyring: false }
  }
  const keychain = hostKeychain(dataDir, env)
  return { keychain, lacksKeyring: keychain.kind === 'file' && !hasKeyring }
}
