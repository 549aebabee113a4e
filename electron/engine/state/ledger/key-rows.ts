import type { StatementSync } from 'node:sqlite'
import { HostKey, SshKey } from '../../../../shared/model/ssh-keys.ts'
import type { DataDir } from '../data-dir/index.ts'
import { RowReader } from './rows.ts'
import type { Store } from './store.ts'

/** Public halves of key pairs of farms. */
export class SshKeyRows {
  readonly #store: Store
  readonly #reader: RowReader<SshKey>
  readonly #put: StatementSync
  readonly #remove: StatementSync
  readonly #all: StatementSync

  constructor(store: Store, dataDir: DataDir) {
    const { database } = store
    this.#store = store
    this.#reader = new RowReader('key', SshKey, dataDir)
    this.#put = database.prepare(`
      INSERT INTO ssh_keys (id, farm_id, cloud_id, location, data) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET farm_id = excluded.farm_id, cloud_id = excluded.cloud_id,
        location = excluded.location, data = excluded.data`)
    this.#remove = database.prepare('DELETE FROM ssh_keys WHERE id = ?')
    this.#all = database.prepare('SELECT id, data FROM ssh_keys ORDER BY id')
  }

  list(): Promise<SshKey[]> {
    return this.#store.read(() => this.#reader.many(this.#all.all()))
  }

  async put(key: SshKey): Promise<void> {
    await this.#store.write(() => {
      this.#put.run(key.id, key.farmId, key.cloudId, key.location, JSON.stringify(key))
    })
  }

  async remove(id: string): Promise<void> {
    await this.#store.write(() => {
      this.#remove.run(id)
    })
  }
}

/** Pinned host keys; one a server. */
export class HostKeyRows {
  readonly #store: Store
  readonly #reader: RowReader<HostKey>
  readonly #put: StatementSync
  readonly #one: StatementSync

  constructor(store: Store, dataDir: DataDir) {
    const { database } = store
    this.#store = store
    this.#reader = new RowReader('host key', HostKey, dataDir)
    this.#put = database.prepare(`
      INSERT INTO host_keys (server_id, host, port, key_type, fingerprint, trusted_by, at)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (server_id) DO UPDATE SET host = excluded.host, port = excluded.port, key_type = excluded.key_type,
        fingerprint = excluded.fingerprint, trusted_by = excluded.trusted_by, at = excluded.at`)
    this.#one = database.prepare(`
      SELECT server_id AS serverId, host, port, key_type AS keyType, fingerprint, trusted_by AS trustedBy, at
      FROM host_keys WHERE server_id = ?`)
  }

  get(serverId: string): Promise<HostKey | undefined> {
    return this.#store.read(() => this.#reader.one(this.#one.get(serverId)))
  }

  /** Pins a key in the place of the server's former one. */
  async put(hostKey: HostKey): Promise<void> {
    const { serverId, host, port, keyType, fingerprint, trustedBy, at } = hostKey
    await this.#store.write(() => {
      this.#put.run(serverId, host, port, keyType, fingerprint, trustedBy, at)
    })
  }
}
