import type { NewEvent } from '../../../../shared/model/events.ts'
import { AppError } from '../../../../shared/model/errors.ts'
import type { FarmRole } from '../../../../shared/model/farm-roles.ts'
import type { FarmDesign } from '../../../../shared/model/farms.ts'
import { SshKeyId } from '../../../../shared/model/ids.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import type { PrivateKeyFormat, SshKey } from '../../../../shared/model/ssh-keys.ts'
import type { Secret } from '../../../../shared/model/secret.ts'
import { currentKey, keysOfPlace, nextKeyName } from '../../../../shared/logic/keys/ssh-keys.ts'
import { TAGS } from '../../../../shared/model/tags.ts'
import type { CloudProvider } from '../../clouds/index.ts'
import type { Clock } from '../../ports.ts'
import type { Events } from '../../records/events/index.ts'
import { LiveRecords, type LiveRecordsOptions } from '../../records/live-records/index.ts'
import { exportPrivateKey, generateKeyPair } from '../ssh/index.ts'

/** Where the private halves are kept, encrypted. */
interface PrivateKeyVault {
  put(id: string, value: Secret): Promise<void>
  get(id: string): Promise<Secret | undefined>
  remove(id: string): Promise<void>
}

/** What the keys need of a cloud. */
export type KeyPairCloud = Pick<CloudProvider, 'keyPairs'>

interface FarmKeysOptions extends Pick<LiveRecordsOptions<SshKey>, 'repository' | 'onChange'> {
  vault: PrivateKeyVault
  clock: Clock
  newId: () => string
  workspaceId: string
  events: Events
}

/** One key pair for each farm, cloud and location, made at the first launch there. */
export class FarmKeys {
  readonly #options: FarmKeysOptions
  readonly #keys: LiveRecords<SshKey>
  readonly #making = new Map<string, Promise<SshKey>>()

  constructor(options: FarmKeysOptions) {
    this.#options = options
    this.#keys = new LiveRecords({ ...options, noun: 'key', first: 'disk' })
  }

  start(): Promise<void> {
    return this.#keys.start()
  }

  list(): SshKey[] {
    return this.#keys.list()
  }

  /** Throws `input.not_found`. */
  get(id: string): SshKey {
    return this.#keys.get(id)
  }

  /** The key that the farm's new servers get in a location, or undefined before its first launch there. */
  find(farmId: string, cloudId: string, location: string): SshKey | undefined {
    return currentKey(this.list(), { farmId, cloudId, location } as SshKey)
  }

  /**
   * The key of the farm role's location, made and imported when missing. The vault and the ledger hold it before the cloud
   * is asked, so a crash in between imports the same key again.
   */
  async ensure(
    farm: FarmDesign,
    role: FarmRole,
    cloudName: string,
    cloud: KeyPairCloud,
    platform: 'linux' | 'windows' = 'linux',
  ): Promise<SshKey> {
    const slot = `${farm.id}/${role.cloudId}/${role.location}/${platform}`
    const going = this.#making.get(slot)
    if (going) return going
    const making = this.#ensure(farm, role, cloudName, cloud, platform).finally(() =>
      this.#making.delete(slot),
    )
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

  /** The private half of the pair that the cloud launched a server with. Throws `input.not_found` when it was deleted. */
  async launchKey(server: Pick<Server, 'farmId' | 'cloudId' | 'location' | 'keyName'>): Promise<Secret> {
    const key = keysOfPlace(this.list(), server).find(({ name }) => name === server.keyName)
    if (!key) {
      throw new AppError('input.not_found', {
        message: `The key pair ${server.keyName ?? ''} that it was launched with is not here any more.`,
      })
    }
    return this.privateKey(key)
  }

  /** The private half as a file, by an explicit act: `<name>.<location>.private.pem`, `.ppk` or no ending for OpenSSH. */
  async exportPrivate(id: string, format: PrivateKeyFormat): Promise<{ fileName: string; text: string }> {
    const key = this.get(id)
    const secret = exportPrivateKey(await this.privateKey(key), format, key.name)
    const ending = { openssh: 'private', pem: 'private.pem', ppk: 'private.ppk' }[format]
    return { fileName: `${key.name}.${key.location}.${ending}`, text: secret.reveal() }
  }

  /** The public half as a file: one line of `authorized_keys`. */
  exportPublic(id: string): { fileName: string; text: string } {
    const key = this.get(id)
    return { fileName: `${key.name}.${key.location}.public.pem`, text: `${key.publicKey.trim()}\n` }
  }

  /**
   * Makes the pair that takes a key's place, and gives it to the cloud; what an earlier try began is gone on with. The old key
   * names the new one before that is made, so that a crash in between makes no second one.
   */
  async beginReplacement(id: string, cloud: KeyPairCloud): Promise<SshKey> {
    const old = this.get(id)
    const keyId = old.replacement?.keyId ?? SshKeyId.parse(this.#options.newId())
    if (old.replacement === null) {
      const startedAt = new Date(this.#options.clock.now()).toISOString()
      await this.#keep({ ...old, replacement: { keyId, startedAt, servers: {}, failures: [] } })
    }
    const next =
      this.#keys.find(keyId) ?? (await this.#makePair({ ...old, id: keyId, name: nextKeyName(old.name) }))
    return next.imported ? next : this.#import(next, cloud)
  }

  /** Notes in the ledger how far the servers of a key that is being replaced are. */
  async noteReplacement(
    id: string,
    change: (replacement: NonNullable<SshKey['replacement']>) => SshKey['replacement'],
  ): Promise<void> {
    const key = this.get(id)
    if (key.replacement) await this.#keep({ ...key, replacement: change(key.replacement) })
  }

  /** No server is on the old key any more: it goes, in the cloud first. */
  async finishReplacement(id: string, cloud: KeyPairCloud): Promise<void> {
    const key = this.get(id)
    await cloud.keyPairs.delete(key.location, key.name)
    await this.#forget(key, [this.#told('KeyRegenerated', key, 'was replaced in')])
  }

  /** Takes one key out of its cloud, the vault and the ledger. */
  async remove(id: string, cloud: KeyPairCloud): Promise<void> {
    const key = this.get(id)
    await cloud.keyPairs.delete(key.location, key.name)
    await this.#forget(key, [this.#told('KeyRemoved', key, 'was deleted in')])
  }

  /** Takes a farm's keys out of their clouds, the vault and the ledger. `cloudOf` answers undefined for a cloud that is gone. */
  async removeOfFarm(farmId: string, cloudOf: (cloudId: string) => KeyPairCloud | undefined): Promise<void> {
    for (const key of this.list()) {
      if (key.farmId !== farmId) continue
      await cloudOf(key.cloudId)?.keyPairs.delete(key.location, key.name)
      await this.#forget(key)
    }
  }

  async #forget(key: SshKey, events: readonly NewEvent[] = []): Promise<void> {
    await this.#keys.remove(key.id, events)
    await this.#options.vault.remove(vaultId(key.id))
  }

  async #ensure(
    farm: FarmDesign,
    role: FarmRole,
    cloudName: string,
    cloud: KeyPairCloud,
    platform: 'linux' | 'windows',
  ): Promise<SshKey> {
    const place = { farmId: farm.id, cloudId: role.cloudId, location: role.location }
    // The password of Windows is encrypted for the pair, which only RSA can do.
    const type = platform === 'windows' ? 'rsa' : undefined
    const known = currentKey(this.list(), place, type)
    if (known?.imported) return known
    const key = known ?? (await this.#make(farm, role, cloudName, type ?? 'ed25519'))
    try {
      return await this.#import(key, cloud)
    } catch (thrown) {
      const isTypeRefused = thrown instanceof AppError && thrown.details.refusal === 'key-type'
      if (!isTypeRefused || key.type === 'rsa') throw thrown
      await this.#forget(key)
      return this.#import(await this.#make(farm, role, cloudName, 'rsa'), cloud)
    }
  }

  async #make(farm: FarmDesign, role: FarmRole, cloudName: string, type: SshKey['type']): Promise<SshKey> {
    const base = `FARM-${farm.id}-${this.#options.workspaceId}`
    const isFirst = this.find(farm.id, role.cloudId, role.location) === undefined
    return this.#makePair({
      id: SshKeyId.parse(this.#options.newId()),
      farmId: farm.id,
      farm: farm.name,
      cloudId: role.cloudId,
      cloud: cloudName,
      location: role.location,
      name: isFirst ? base : `${base}-${type}`,
      type,
    })
  }

  /** Makes the pair of a record; the vault has its private half before the ledger has the rest. */
  async #makePair(
    record: Pick<SshKey, 'id' | 'farmId' | 'farm' | 'cloudId' | 'cloud' | 'location' | 'name' | 'type'>,
  ): Promise<SshKey> {
    const { id, farmId, farm, cloudId, cloud, location, name, type } = record
    const pair = await generateKeyPair({ type, comment: name })
    const key: SshKey = {
      ...{ id, farmId, farm, cloudId, cloud, location, name, type },
      publicKey: pair.publicKey,
      fingerprint: pair.sha256Fingerprint,
      imported: false,
      replacement: null,
      createdAt: new Date(this.#options.clock.now()).toISOString(),
    }
    await this.#options.vault.put(vaultId(key.id), pair.privateKey)
    return this.#keys.put(key, [this.#told('KeyCreated', key, 'was made for')])
  }

  #told(kind: 'KeyCreated' | 'KeyRegenerated' | 'KeyRemoved', key: SshKey, what: string): NewEvent {
    const { name, location, farmId, farm } = key
    const message = `Key pair ${name} ${what} ${location}`
    return this.#options.events.told(kind, message, {
      farmId,
      firedBy: kind === 'KeyCreated' ? 'system' : 'person',
      data: { farm, key: name, location },
    })
  }

  /** Servers of one key are noted side by side: each builds on the newest state, so that none is lost. */
  #keep(key: SshKey): Promise<SshKey> {
    return this.#keys.put(key, [], 'memory')
  }

  async #import(key: SshKey, cloud: KeyPairCloud): Promise<SshKey> {
    await cloud.keyPairs.ensure(key.location, {
      name: key.name,
      publicKey: key.publicKey,
      tags: { [TAGS.workspace]: this.#options.workspaceId, [TAGS.farm]: key.farmId },
    })
    return this.#keep({ ...key, imported: true })
  }
}

function vaultId(keyId: string): string {
  return `ssh-key.${keyId}`
}
