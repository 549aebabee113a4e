import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../shared/model/errors.ts'
import { Secret } from '../../shared/model/secret.ts'
import type { Keychain, Log, Ports } from '../engine/ports.ts'
import { fileKeychain, passphraseKeychain } from '../engine/vault/index.ts'
import { resourcesDir } from '../resources-dir.ts'
import { systemClock } from './system-clock.ts'

type Environment = Readonly<Record<string, string | undefined>>

const keyFile = 'vault-key.json'
const passphraseFile = 'vault-passphrase.json'

/** Everything that an engine needs of a plain Node process. */
export function hostPorts(host: { dataDir: string; homeDir: string; env: Environment; log: Log }): Ports {
  // Programs that Farmhand starts have no use for what opens its vault.
  const { FARMHAND_PASSPHRASE: _passphrase, ...env } = host.env
  return {
    ...host,
    env,
    resourcesDir: resourcesDir(),
    clock: systemClock,
    keychain: hostKeychain(host.dataDir, host.env),
  }
}

/**
 * Where the vault's key is kept without a system keyring: under the passphrase in `FARMHAND_PASSPHRASE` where that is set,
 * else in a file that only its owner may read. A vault stays with what it was made with.
 *
 * @throws AppError `vault.locked` when it was made with the other one
 */
export function hostKeychain(dataDir: string, env: Environment): Keychain {
  const passphrase = env['FARMHAND_PASSPHRASE'] ?? ''
  const hasPassphraseFile = existsSync(join(dataDir, passphraseFile))
  const hasKeyFile = existsSync(join(dataDir, keyFile))
  if (passphrase === '' && hasPassphraseFile) {
    throw new AppError('vault.locked', {
      message: `The vault in ${dataDir} opens with a passphrase: set FARMHAND_PASSPHRASE.`,
    })
  }
  if (passphrase !== '' && hasKeyFile && !hasPassphraseFile) {
    throw new AppError('vault.locked', {
      message: `The vault in ${dataDir} was made without a passphrase: start without FARMHAND_PASSPHRASE.`,
    })
  }
  return passphrase === ''
    ? fileKeychain(join(dataDir, keyFile))
    : passphraseKeychain(join(dataDir, passphraseFile), new Secret(passphrase))
}
