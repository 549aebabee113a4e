import type { StatementSync } from 'node:sqlite'
import type { NewEvent } from '../../../../shared/model/events.ts'
import { HostKey } from '../../../../shared/model/ssh-keys.ts'
import type { RowParts } from './record-rows.ts'
import { RowReader } from './rows.ts'

/** Pinned host keys; one a server. */
export class HostKeyRows {
  readonly #parts: RowParts
  readonly #reader: RowReader<HostKey>
  readonly #put: StatementSync
  readonly #one: StatementSync

  constructor(parts: RowParts) {
    const { database } = parts.store
    this.#parts = parts
    this.#reader = new RowReader('host key', HostKey, parts.dataDir)
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
    return this.#parts.store.read(() => this.#reader.one(this.#one.get(serverId)))
  }

  /** Pins a key in the place of the server's former one. */
  async put(hostKey: HostKey, events: readonly NewEvent[] = []): Promise<void> {
    const { serverId, host, port, keyType, fingerprint, trustedBy, at } = hostKey
    await this.#parts.store.write(() => {
      this.#put.run(serverId, host, port, keyType, fingerprint, trustedBy, at)
      this.#parts.events.insert(events)
    })
  }
}
