import type { SQLInputValue, StatementSync } from 'node:sqlite'
import { AppError } from '../../../../shared/model/errors.ts'
import { Event } from '../../../../shared/model/events.ts'
import type { EventFilter, EventKind, NewEvent } from '../../../../shared/model/events.ts'
import type { DataDir } from '../data-dir/index.ts'
import { RowReader } from './rows.ts'
import type { Store } from './store.ts'

/** At most so many events are deleted in one transaction. */
const RETIRE_AT_ONCE = 2_000

/** What happened, in the order of the commits; only added to, and retired by age. */
export class EventRows {
  readonly #store: Store
  readonly #reader: RowReader<Event>
  readonly #insert: StatementSync
  readonly #position: StatementSync
  readonly #after: StatementSync
  readonly #last: StatementSync
  readonly #retire: StatementSync
  readonly #listeners = new Set<(kinds: ReadonlySet<EventKind>) => void>()
  #inserted = new Set<EventKind>()

  constructor(store: Store, dataDir: DataDir) {
    const { database } = store
    this.#store = store
    this.#reader = new RowReader('event', Event, dataDir)
    this.#insert = database.prepare(`
      INSERT INTO events (id, at, kind, farm_id, farm_role_id, server_id, message, reason, fired_by, caused_by, data, error)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#position = database.prepare('SELECT seq FROM events WHERE id = ?')
    this.#after = database.prepare('SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT ?')
    this.#last = database.prepare(`SELECT seq FROM sqlite_sequence WHERE name = 'events'`)
    this.#retire = database.prepare(`
      DELETE FROM events WHERE seq IN (
        SELECT seq FROM events
        WHERE at < ? AND NOT EXISTS (SELECT 1 FROM event_cursors WHERE event_cursors.seq < events.seq)
        ORDER BY seq LIMIT ?)`)
  }

  /** Tells of something that changes no record of the ledger. */
  async append(events: readonly NewEvent[]): Promise<void> {
    if (events.length === 0) return
    await this.#store.write(() => {
      this.insert(events)
    })
  }

  /** Within the transaction of the change that the events tell of. */
  insert(events: readonly NewEvent[]): void {
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
        event.causedBy === null ? null : JSON.stringify(event.causedBy),
        JSON.stringify(event.data),
        event.error === null ? null : JSON.stringify(event.error),
      )
      this.#inserted.add(event.kind)
    }
  }

  /** Calls back after each commit that has events, with their kinds, until the answer is called. */
  onCommitted(listener: (kinds: ReadonlySet<EventKind>) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** For the store: its transaction is on disk. */
  committed(): void {
    if (this.#inserted.size === 0) return
    const kinds = this.#inserted
    this.#inserted = new Set()
    for (const listener of this.#listeners) listener(kinds)
  }

  /** The events after a sequence number, oldest first. */
  after(seq: number, limit: number): Promise<Event[]> {
    return this.#store.read(() => this.#reader.many(this.#after.all(seq, limit).map(toRecord)))
  }

  /** The sequence number of the newest event, also of one that was retired; 0 when there was none. */
  lastSeq(): Promise<number> {
    return this.#store.read(() => {
      const seq = this.#last.get()?.['seq']
      return typeof seq === 'number' ? seq : 0
    })
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
      if (filter.kind !== undefined) {
        conditions.push('kind = ?')
        values.push(filter.kind)
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

  /** Deletes what is older than a time and was read by everyone who reads along; answers how many. */
  async retire(olderThan: string): Promise<number> {
    let retired = 0
    for (;;) {
      let changes = 0
      await this.#store.write(() => {
        changes = Number(this.#retire.run(olderThan, RETIRE_AT_ONCE).changes)
      })
      retired += changes
      if (changes < RETIRE_AT_ONCE) return retired
    }
  }
}

function toRecord(row: Record<string, unknown>): Record<string, unknown> {
  return {
    seq: row['seq'],
    id: row['id'],
    at: row['at'],
    kind: row['kind'],
    farmId: row['farm_id'],
    farmRoleId: row['farm_role_id'],
    serverId: row['server_id'],
    message: row['message'],
    reason: row['reason'],
    firedBy: row['fired_by'],
    causedBy: fromJson(row['caused_by']),
    data: fromJson(row['data']),
    error: fromJson(row['error']),
  }
}

function fromJson(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : null
}
