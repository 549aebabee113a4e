import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../shared/model/errors.ts'
import { Secret } from '../../shared/model/secret.ts'
import type { Keychain, Log, Ports } from '../engine/ports.ts'
import { fileKeychain, passphraseKeychain } from '../engine/state/vault/index.ts'
import { resourcesDir } from '../resources-dir.ts'
import { systemClock } from './system-clock.ts'

type Environment = Readonly<Record<string, string | undefined>>

const keyFile = 'vault-key.json'
const passphraseFile = 'vault-passphrase.json'
/** Written by the desktop app: the key, encrypted by the system’s keychain. */
export const sealedKeyFile = 'vault-key.sealed'

/** Everything that an engine needs of a Node process; a host with a keychain of its own hands it in. */
export function hostPorts(host: {
  dataDir: string
  homeDir: string
  env: Environment
  log: Log
  keychain?: Keychain
}): Ports {
  // Programs that Farmhand starts have no use for what opens its vault.
  const { FARMHAND_PASSPHRASE: _passphrase, ...env } = host.env
  return {
    ...host,
    env,
    userName: userName(host.env),
    resourcesDir: resourcesDir(),
    clock: systemClock,
    keychain: host.keychain ?? hostKeychain(host.dataDir, host.env),
  }
}

/** Who is at this machine; a container's user may have no entry in the system's list. */
function userName(env: Environment): string {
  try {
    return userInfo().username
  } catch {
    return env['USER'] ?? env['USERNAME'] ?? 'unknown user'
  }
}

/**
 * Where the vault's key is kept without a system keyring: under the passphrase in `FARMHAND_PASSPHRASE` where that is set,
 * else in a file that only its owner may read. A vault stays with what it was made with.
 *
 * @throws AppError `vault.locked` when it was made with the other one, or by the desktop app with the system's keychain
 */
export function hostKeychain(dataDir: string, env: Environment): Keychain {
  const passphrase = env['FARMHAND_PASSPHRASE'] ?? ''
  const keeper = vaultKeeper(dataDir)
  if (keeper === 'system') {
    throw new AppError('vault.locked', {
      message: `The vault in ${dataDir} opens with the system’s keychain: open Farmhand’s desktop app, or choose another data directory.`,
    })
  }
  if (passphrase === '' && keeper === 'passphrase') {
    throw new AppError('vault.locked', {
      message: `The vault in ${dataDir} opens with a passphrase: set FARMHAND_PASSPHRASE.`,
    })
  }
  if (passphrase !== '' && keeper === 'file') {
    throw new AppError('vault.locked', {
      message: `The vault in ${dataDir} was made without a passphrase: start without FARMHAND_PASSPHRASE.`,
    })
  }
  return passphrase === ''
    ? fileKeychain(join(dataDir, keyFile))
    : passphraseKeychain(join(dataDir, passphraseFile), new Secret(passphrase))
}

/** What the vault in a data directory was made with; undefined when there is none yet. */
export function vaultKeeper(dataDir: string): Keychain['kind'] | undefined {
  const has = (name: string): boolean => existsSync(join(dataDir, name))
  if (has(passphraseFile)) return 'passphrase'
  if (has(keyFile)) return 'file'
  return has(sealedKeyFile) ? 'system' : undefined
}
