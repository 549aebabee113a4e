import { Buffer } from 'node:buffer'
import { createSecretKey, randomBytes } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { AppError } from '../../../../shared/model/errors.ts'
import { Secret } from '../../../../shared/model/secret.ts'
import type { Keychain } from '../../ports.ts'
import type { DataDir } from '../data-dir/index.ts'
import { DocumentFile, GroupCommit } from '../data-dir/index.ts'
import { KEY_BYTES, seal, unseal } from './sealed-box.ts'
import { formatVaultDocument, parseVaultDocument, readRecord } from './vault-document.ts'
import type { SealedRecord, VaultDocument } from './vault-document.ts'

const CHECK_CONTEXT = 'farmhand.vault/v1 check'
const CHECK_TEXT = 'farmhand'

/** A record to keep, or null: to forget. */
interface Change {
  id: string
  record: SealedRecord | null
}

/** Secrets by id, encrypted in `vault.json`. What a write that resolved has put is on disk. */
export class Vault {
  readonly #master: KeyObject
  readonly #file: DocumentFile<VaultDocument>
  readonly #commits: GroupCommit<Change>
  #document: VaultDocument

  private constructor(master: KeyObject, file: DocumentFile<VaultDocument>, document: VaultDocument) {
    this.#master = master
    this.#file = file
    this.#document = document
    this.#commits = new GroupCommit('vault', (changes) => this.#commit(changes))
  }

  static async open(dataDir: DataDir, keychain: Keychain): Promise<Vault> {
    const file = new DocumentFile<VaultDocument>({
      dataDir,
      name: 'vault.json',
      parse: parseVaultDocument,
      describe: ({ records }) => `${String(records.size)} secrets`,
    })
    const document = await file.load()
    const master = await masterKey(keychain, document)
    if (document === undefined) {
      const empty = {
        check: seal(master, CHECK_CONTEXT, Buffer.from(CHECK_TEXT)),
        records: new Map<string, unknown>(),
      }
      await file.write(formatVaultDocument(empty))
      return new Vault(master, file, empty)
    }
    const check = unseal(master, CHECK_CONTEXT, document.check)
    if (check?.toString() !== CHECK_TEXT) {
      throw new AppError('vault.locked', {
        message: `The vault ${file.path} does not open with the key that ${KEEPERS[keychain.kind]} holds. Give it the key that it was made with.`,
      })
    }
    return new Vault(master, file, document)
  }

  /** Ids of all records, in order. */
  ids(): Promise<string[]> {
    return Promise.resolve([...this.#document.records.keys()].sort())
  }

  /** Undefined when there is no such record. Rejects with AppError `vault.damaged` when it does not open. */
  async get(id: string): Promise<Secret | undefined> {
    const stored = this.#document.records.get(id)
    if (stored === undefined) return undefined
    const record = readRecord(stored)
    const key = record && unseal(this.#master, keyContext(id), record.key)
    const value = key && unseal(key, valueContext(id), record.value)
    key?.fill(0)
    if (value === undefined) {
      throw new AppError('vault.damaged', {
        message: `The vault’s record ${id} in ${this.#file.path} is damaged and cannot be opened. Enter this secret again.`,
      })
    }
    const secret = new Secret(value.toString('utf8'))
    value.fill(0)
    return Promise.resolve(secret)
  }

  /** Keeps a secret in the place of the former one. Rejects with AppError `state.disk_full`, `state.unwritable`. */
  async put(id: string, secret: Secret): Promise<void> {
    const key = randomBytes(KEY_BYTES)
    const plain = Buffer.from(secret.reveal(), 'utf8')
    const record = {
      key: seal(this.#master, keyContext(id), key),
      value: seal(key, valueContext(id), plain),
    }
    key.fill(0)
    plain.fill(0)
    await this.#commits.add({ id, record })
  }

  /** Forgets a secret, in the file's previous state too. Nothing happens when there is none. */
  async remove(id: string): Promise<void> {
    await this.#commits.add({ id, record: null })
  }

  /** Refuses new writes and resolves when the accepted ones are on disk. */
  async close(): Promise<void> {
    await this.#commits.close()
  }

  async #commit(changes: readonly Change[]): Promise<void> {
    const records = new Map(this.#document.records)
    let forget = false
    for (const { id, record } of changes) {
      if (record === null) records.delete(id)
      else records.set(id, record)
      forget ||= record === null
    }
    const next = { check: this.#document.check, records }
    await this.#file.write(formatVaultDocument(next), { forget })
    this.#document = next
  }
}

/**
 * Opens `vault.json` with the keychain's master key; both are made on the first start. A damaged file is set aside and
 * reported as `dataDir.findings`. Throws AppError `vault.locked` when the key is gone, cannot be had or is another one,
 * `state.newer`, `state.unwritable`, `state.disk_full`.
 */
export async function openVault(dataDir: DataDir, keychain: Keychain): Promise<Vault> {
  return Vault.open(dataDir, keychain)
}

/** Who keeps the key, as a person calls it. */
const KEEPERS: Readonly<Record<Keychain['kind'], string>> = {
  system: 'the system’s keychain',
  file: 'the key file',
  passphrase: 'the passphrase file',
}

async function masterKey(keychain: Keychain, document: VaultDocument | undefined): Promise<KeyObject> {
  const known = await keychain.load()
  if (known === undefined && document !== undefined) {
    throw new AppError('vault.locked', {
      message: `The vault’s key is not in ${KEEPERS[keychain.kind]} any more. Bring it back; without it nothing in the vault can be read.`,
    })
  }
  const key = known ?? randomBytes(KEY_BYTES)
  if (key.length !== KEY_BYTES) {
    throw new AppError('vault.locked', {
      message: `What ${KEEPERS[keychain.kind]} holds is no key of a vault.`,
    })
  }
  // Kept before anything is encrypted under it.
  if (known === undefined) await keychain.store(key)
  const master = createSecretKey(key)
  key.fill(0)
  return master
}

function keyContext(id: string): string {
  return `farmhand.vault/v1 key of ${id}`
}

function valueContext(id: string): string {
  return `farmhand.vault/v1 value of ${id}`
}
