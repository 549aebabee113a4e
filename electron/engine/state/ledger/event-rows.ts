import type { SQLInputValue, StatementSync } from 'node:sqlite'
import { AppError } from '../../../../shared/model/errors.ts'
import { Event } from '../../../../shared/model/events.ts'
import type { EventFilter } from '../../../../shared/model/events.ts'
import type { DataDir } from '../data-dir/index.ts'
import { RowReader } from './rows.ts'
import type { Store } from './store.ts'

/** The timeline: what happened, only added to. */
export class EventRows {
  readonly #store: Store
  readonly #reader: RowReader<Event>
  readonly #insert: StatementSync
  readonly #position: StatementSync

  constructor(store: Store, dataDir: DataDir) {
    this.#store = store
    this.#reader = new RowReader('event', Event, dataDir)
    this.#insert = store.database.prepare(`
      INSERT INTO events (id, at, kind, farm_id, farm_role_id, server_id, message, reason, fired_by, error)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#position = store.database.prepare('SELECT seq FROM events WHERE id = ?')
  }

  /** Adds to the end of the timeline, all or none. */
  async append(events: readonly Event[]): Promise<void> {
    if (events.length === 0) return
    await this.#store.write(() => {
      this.insert(events)
    })
  }

  /** For other rows' transactions: adds within the transaction that runs. */
  insert(events: readonly Event[]): void {
    for (const event of events) {
      this.#insert.run(
        event.id,
        event.at,
        event.kind,
        event.farmId,
        event.farmRoleId,
        event.serverId,
        event.message,
        event.reason,
        event.firedBy,
        event.error === null ? null : JSON.stringify(event.error),
      )
    }
  }

  /** Newest first. Rejects with AppError `input.not_found` when there is no event `before`. */
  list(filter: EventFilter): Promise<Event[]> {
    return this.#store.read(() => {
      const conditions: string[] = []
      const values: SQLInputValue[] = []
      if (filter.farmId !== undefined) {
        conditions.push('farm_id = ?')
        values.push(filter.farmId)
      }
      if (filter.serverId !== undefined) {
        conditions.push('server_id = ?')
        values.push(filter.serverId)
      }
      if (filter.before !== undefined) {
        const position = this.#position.get(filter.before)?.['seq']
        if (typeof position !== 'number') {
          throw new AppError('input.not_found', { message: `There is no event ${filter.before}.` })
        }
        conditions.push('seq < ?')
        values.push(position)
      }
      const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
      const rows = this.#store.database
        .prepare(`SELECT * FROM events ${where} ORDER BY seq DESC LIMIT ?`)
        .all(...values, filter.limit)
      return this.#reader.many(rows.map(toRecord))
    })
  }
}

function toRecord(row: Record<string, unknown>): Record<string, unknown> {
  const { error } = row
  return {
    id: row['id'],
    at: row['at'],
    kind: row['kind'],
    farmId: row['farm_id'],
    farmRoleId: row['farm_role_id'],
    serverId: row['server_id'],
    message: row['message'],
    reason: row['reason'],
    firedBy: row['fired_by'],
    error: typeof error === 'string' ? (JSON.parse(error) as unknown) : null,
  }
}
