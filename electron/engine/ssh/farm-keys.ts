import { AppError } from '../../../shared/model/errors.ts'
import type { FarmRole } from '../../../shared/model/farm-roles.ts'
import type { FarmDesign } from '../../../shared/model/farms.ts'
import { SshKeyId } from '../../../shared/model/ids.ts'
import type { PrivateKeyFormat, SshKey } from '../../../shared/model/ssh-keys.ts'
import type { Secret } from '../../../shared/model/secret.ts'
import { TAGS } from '../../../shared/logic/launch-batches.ts'
import type { Clock } from '../ports.ts'
import { exportPrivateKey, generateKeyPair } from './key-pair.ts'

/** Where the public halves are kept. */
export interface SshKeyRepository {
  list(): Promise<SshKey[]>
  put(key: SshKey): Promise<void>
  remove(id: string): Promise<void>
}

/** Where the private halves are kept, encrypted. */
export interface PrivateKeyVault {
  put(id: string, value: Secret): Promise<void>
  get(id: string): Promise<Secret | undefined>
  remove(id: string): Promise<void>
}

/** What the keys need of a cloud. */
export interface KeyPairCloud {
  importKeyPair(
    location: string,
    key: { name: string; publicKey: string; tags: Readonly<Record<string, string>> },
  ): Promise<void>
  deleteKeyPair(location: string, name: string): Promise<void>
}

interface FarmKeysOptions {
  repository: SshKeyRepository
  vault: PrivateKeyVault
  clock: Clock
  newId: () => string
  workspaceId: string
  onChange: (put: readonly SshKey[], dropped: readonly string[]) => void
  onCreated: (key: SshKey) => void
}

/** EC2's answers when it does not take the type of key (API reference, ImportKeyPair). */
const KEY_TYPE_REFUSED: ReadonlySet<string> = new Set([
  'InvalidKey.Format',
  'InvalidParameterValue',
  'UnsupportedOperation',
])

/** One key pair for each farm, cloud and location, made at the first launch there. */
export class FarmKeys {
  readonly #options: FarmKeysOptions
  readonly #keys = new Map<string, SshKey>()
  readonly #making = new Map<string, Promise<SshKey>>()

  constructor(options: FarmKeysOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    for (const key of await this.#options.repository.list()) this.#keys.set(key.id, key)
    this.#options.onChange([...this.#keys.values()], [])
  }

  list(): SshKey[] {
    return [...this.#keys.values()]
  }

  /** The farm's key in a location, or undefined before its first launch there. */
  find(farmId: string, cloudId: string, location: string): SshKey | undefined {
    for (const key of this.#keys.values()) {
      if (key.farmId === farmId && key.cloudId === cloudId && key.location === location) return key
    }
    return undefined
  }

  /**
   * The key of the farm role's location, made and imported when missing. The vault and the ledger hold it before the cloud
   * is asked, so a crash in between imports the same key again.
   */
  async ensure(farm: FarmDesign, role: FarmRole, cloudName: string, cloud: KeyPairCloud): Promise<SshKey> {
    const slot = `${farm.id}/${role.cloudId}/${role.location}`
    const going = this.#making.get(slot)
    if (going) return going
    const making = this.#ensure(farm, role, cloudName, cloud).finally(() => this.#making.delete(slot))
    this.#making.set(slot, making)
    return making
  }

  /** The private half for a connection. Throws `vault.damaged` when the vault has lost it. */
  async privateKey(key: SshKey): Promise<Secret> {
    const secret = await this.#options.vault.get(vaultId(key.id))
    if (!secret) {
      throw new AppError('vault.damaged', {
        message: `The private half of key ${key.name} is not in the vault. Servers launched with it cannot be reached with it any more.`,
      })
    }
    return secret
  }

  /** The private half as a file, by an explicit act: `<name>.<location>.private.pem`, `.ppk` or no ending for OpenSSH. */
  async exportPrivate(id: string, format: PrivateKeyFormat): Promise<{ fileName: string; text: string }> {
    const key = this.#keys.get(id)
    if (!key) throw new AppError('input.not_found', { message: `There is no key ${id}.` })
    const secret = exportPrivateKey(await this.privateKey(key), format, key.name)
    const ending = { openssh: 'private', pem: 'private.pem', ppk: 'private.ppk' }[format]
    return { fileName: `${key.name}.${key.location}.${ending}`, text: secret.reveal() }
  }

  /** Takes a farm's keys out of their clouds, the vault and the ledger. `cloudOf` answers undefined for a cloud that is gone. */
  async removeOfFarm(farmId: string, cloudOf: (cloudId: string) => KeyPairCloud | undefined): Promise<void> {
    for (const key of [...this.#keys.values()]) {
      if (key.farmId !== farmId) continue
      await cloudOf(key.cloudId)?.deleteKeyPair(key.location, key.name)
      await this.#forget(key)
    }
  }

  async #forget(key: SshKey): Promise<void> {
    await this.#options.repository.remove(key.id)
    await this.#options.vault.remove(vaultId(key.id))
    this.#keys.delete(key.id)
    this.#options.onChange([], [key.id])
  }

  async #ensure(farm: FarmDesign, role: FarmRole, cloudName: string, cloud: KeyPairCloud): Promise<SshKey> {
    const known = this.find(farm.id, role.cloudId, role.location)
    if (known?.imported) return known
    const key = known ?? (await this.#make(farm, role, cloudName, 'ed25519'))
    try {
      return await this.#import(key, farm, cloud)
    } catch (thrown) {
      const refused = thrown instanceof AppError && KEY_TYPE_REFUSED.has(thrown.details.cloudCode ?? '')
      if (!refused || key.type === 'rsa') throw thrown
      await this.#forget(key)
      return this.#import(await this.#make(farm, role, cloudName, 'rsa'), farm, cloud)
    }
  }

  async #make(farm: FarmDesign, role: FarmRole, cloudName: string, type: SshKey['type']): Promise<SshKey> {
    const name = `FARM-${farm.id}-${this.#options.workspaceId}`
    const pair = await generateKeyPair({ type, comment: name })
    const key: SshKey = {
      id: SshKeyId.parse(this.#options.newId()),
      farmId: farm.id,
      farm: farm.name,
      cloudId: role.cloudId,
      cloud: cloudName,
      location: role.location,
      name,
      type,
      publicKey: pair.publicKey,
      fingerprint: pair.sha256Fingerprint,
      imported: false,
      replacement: null,
      createdAt: new Date(this.#options.clock.now()).toISOString(),
    }
    await this.#options.vault.put(vaultId(key.id), pair.privateKey)
    await this.#options.repository.put(key)
    this.#keys.set(key.id, key)
    this.#options.onCreated(key)
    return key
  }

  async #import(key: SshKey, farm: FarmDesign, cloud: KeyPairCloud): Promise<SshKey> {
    await cloud.importKeyPair(key.location, {
      name: key.name,
      publicKey: key.publicKey,
      tags: { [TAGS.workspace]: this.#options.workspaceId, [TAGS.farm]: farm.id },
    })
    const imported = { ...key, imported: true }
    await this.#options.repository.put(imported)
    this.#keys.set(key.id, imported)
    this.#options.onChange([imported], [])
    return imported
  }
}

function vaultId(keyId: string): string {
  return `ssh-key.${keyId}`
}
