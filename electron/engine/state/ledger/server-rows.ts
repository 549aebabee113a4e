import type { StatementSync } from 'node:sqlite'
import { AppError } from '../../../../shared/model/errors.ts'
import type { Event } from '../../../../shared/model/events.ts'
import { Server } from '../../../../shared/model/servers.ts'
import type { DataDir } from '../data-dir/index.ts'
import type { EventRows } from './event-rows.ts'
import { RowReader } from './rows.ts'
import type { Store } from './store.ts'

/** Servers, whole records by id, and what happened to them. */
export class ServerRows {
  readonly #store: Store
  readonly #events: EventRows
  readonly #reader: RowReader<Server>
  readonly #put: StatementSync
  readonly #holder: StatementSync
  readonly #one: StatementSync
  readonly #live: StatementSync
  readonly #ended: StatementSync

  constructor(store: Store, dataDir: DataDir, events: EventRows) {
    const { database } = store
    this.#store = store
    this.#events = events
    this.#reader = new RowReader('server', Server, dataDir)
    this.#put = database.prepare(`
      INSERT INTO servers (id, farm_id, farm_role_id, idx, status, cloud_id, location, cloud_server_id, launch_token,
        launch_position, created_at, terminated_at, data)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET farm_id = excluded.farm_id, farm_role_id = excluded.farm_role_id,
        idx = excluded.idx, status = excluded.status, cloud_id = excluded.cloud_id, location = excluded.location,
        cloud_server_id = excluded.cloud_server_id, launch_token = excluded.launch_token,
        launch_position = excluded.launch_position, created_at = excluded.created_at,
        terminated_at = excluded.terminated_at, data = excluded.data`)
    this.#holder = database.prepare(`
      SELECT id FROM servers WHERE farm_role_id = ? AND idx = ? AND id <> ? AND idx > 0
        AND status NOT IN ('terminated', 'pending-terminate')`)
    this.#one = database.prepare('SELECT id, data FROM servers WHERE id = ?')
    this.#live = database.prepare(`SELECT id, data FROM servers WHERE status <> 'terminated' ORDER BY id`)
    this.#ended = database.prepare(
      `SELECT id, data FROM servers WHERE status = 'terminated' ORDER BY terminated_at DESC LIMIT ?`,
    )
  }

  /** All that are not terminated, and the newest terminated ones. */
  recent(terminatedCount: number): Promise<Server[]> {
    return this.#store.read(() =>
      this.#reader.many([...this.#live.all(), ...this.#ended.all(terminatedCount)]),
    )
  }

  find(id: string): Promise<Server | undefined> {
    return this.#store.read(() => this.#reader.one(this.#one.get(id)))
  }

  /**
   * Puts servers and what happened to them in one transaction, all or none. Rejects with AppError `input.conflict` when two
   * live servers would fill one slot (farm role and index).
   */
  async putMany(servers: readonly Server[], events: readonly Event[] = []): Promise<void> {
    if (servers.length === 0 && events.length === 0) return
    // Those that leave their slot go first, whoever takes it comes after them.
    const inOrder = [...servers].sort((a, b) => Number(holdsSlot(a)) - Number(holdsSlot(b)))
    await this.#store.write(() => {
      for (const server of inOrder) this.#putOne(server)
      this.#events.insert(events)
    })
  }

  #putOne(server: Server): void {
    const holder = holdsSlot(server)
      ? this.#holder.get(server.farmRoleId, server.index, server.id)
      : undefined
    if (holder !== undefined) {
      throw new AppError('input.conflict', {
        message: `${server.farm} ${server.alias} #${String(server.index)} is filled by server ${String(holder['id'])} already; ${server.id} cannot fill it too.`,
      })
    }
    this.#put.run(
      server.id,
      server.farmId,
      server.farmRoleId,
      server.index,
      server.status,
      server.cloudId,
      server.location,
      server.cloudServerId,
      server.launch?.token ?? null,
      server.launch?.position ?? null,
      server.createdAt,
      server.terminatedAt,
      JSON.stringify(server),
    )
  }
}

function holdsSlot(server: Server): boolean {
  return server.index > 0 && server.status !== 'terminated' && server.status !== 'pending-terminate'
}
