import type { SQLInputValue, StatementSync } from 'node:sqlite'
import type { z } from 'zod'
import type { NewEvent } from '../../../../shared/model/events.ts'
import type { DataDir } from '../data-dir/index.ts'
import type { EventRows } from './event-rows.ts'
import { RowReader } from './rows.ts'
import type { Store } from './store.ts'

/** A table of whole records as JSON in `data`, beside the columns by which they are found. */
export interface RecordTable<T> {
  name: string
  /** What one record is called in a sentence. */
  what: string
  schema: z.ZodType<T>
  /** How each column but `data` is read off a record; the first is the primary key. */
  columns: Readonly<Record<string, (record: T) => SQLInputValue>>
}

/** What the rows of every noun are made of. */
export interface RowParts {
  store: Store
  dataDir: DataDir
  events: EventRows
}

/**
 * The records of one noun. What is put or removed and the events that tell of it are one transaction, all or none. Methods
 * reject with AppErrors.
 */
export class RecordRows<T> {
  readonly #parts: RowParts
  readonly #table: RecordTable<T>
  readonly #key: string
  readonly #reader: RowReader<T>
  readonly #put: StatementSync
  readonly #remove: StatementSync
  readonly #queries = new Map<string, StatementSync>()

  constructor(parts: RowParts, table: RecordTable<T>) {
    const { database } = parts.store
    const columns = Object.keys(table.columns)
    const [key = 'id', ...others] = columns
    this.#parts = parts
    this.#table = table
    this.#key = key
    this.#reader = new RowReader(table.what, table.schema, parts.dataDir)
    this.#put = database.prepare(`
      INSERT INTO ${table.name} (${[...columns, 'data'].join(', ')}) VALUES (${[...columns, ''].map(() => '?').join(', ')})
      ON CONFLICT (${key}) DO UPDATE SET ${[...others, 'data'].map((name) => `${name} = excluded.${name}`).join(', ')}`)
    this.#remove = database.prepare(`DELETE FROM ${table.name} WHERE ${key} = ?`)
  }

  /** All records, by their key. */
  list(): Promise<T[]> {
    return this.read(() => this.select(`ORDER BY ${this.#key}`))
  }

  find(id: string): Promise<T | undefined> {
    return this.read(() => this.#reader.one(this.query(`WHERE ${this.#key} = ?`).get(id)))
  }

  /** Puts a record in the place of the one with its key. */
  put(record: T, events: readonly NewEvent[] = []): Promise<void> {
    return this.putMany([record], events)
  }

  async putMany(records: readonly T[], events: readonly NewEvent[] = []): Promise<void> {
    if (records.length === 0 && events.length === 0) return
    await this.#write(events, () => {
      for (const record of records) this.set(record)
    })
  }

  remove(id: string, events: readonly NewEvent[] = []): Promise<void> {
    return this.#write(events, () => {
      this.#remove.run(id)
    })
  }

  /** Within the transaction that runs. */
  protected set(record: T): void {
    const columns = Object.values(this.#table.columns).map((read) => read(record))
    this.#put.run(...columns, JSON.stringify(record))
  }

  protected read<R>(run: () => R): Promise<R> {
    return this.#parts.store.read(run)
  }

  /** The records of the rows that a condition or an order picks. */
  protected select(rest: string, ...values: SQLInputValue[]): T[] {
    return this.#reader.many(this.query(rest).all(...values))
  }

  /** The statement `SELECT … FROM` this table with the rest as given; prepared once. */
  protected query(rest: string): StatementSync {
    const known = this.#queries.get(rest)
    if (known) return known
    const { database } = this.#parts.store
    const query = database.prepare(`SELECT ${this.#key} AS id, data FROM ${this.#table.name} ${rest}`)
    this.#queries.set(rest, query)
    return query
  }

  #write(events: readonly NewEvent[], change: () => void): Promise<void> {
    return this.#parts.store.write(() => {
      change()
      this.#parts.events.insert(events)
    })
  }
}

/** How records that end stand in their table: which go on, which have ended (SQL conditions), and the column of time. */
export interface Lifetime {
  open: string
  ended: string
  by: string
}

/** Records that go on until they end, and of which only the newest ended ones matter. */
export class RecentRows<T> extends RecordRows<T> {
  readonly #lifetime: Lifetime

  constructor(parts: RowParts, table: RecordTable<T>, lifetime: Lifetime) {
    super(parts, table)
    this.#lifetime = lifetime
  }

  /** All that go on, then the newest ended ones, each newest first. */
  recent(endedCount: number): Promise<T[]> {
    const { open, ended, by } = this.#lifetime
    return this.read(() => [
      ...this.select(`WHERE ${open} ORDER BY ${by} DESC`),
      ...this.select(`WHERE ${ended} ORDER BY ${by} DESC LIMIT ?`, endedCount),
    ])
  }
}
