import type { StatementSync } from 'node:sqlite'
import type { Store } from './store.ts'

/** How far each consumer of the events is: the sequence number of the last one that it has done with. */
export class CursorRows {
  readonly #store: Store
  readonly #one: StatementSync
  readonly #put: StatementSync
  readonly #keepOnly: StatementSync

  constructor(store: Store) {
    this.#store = store
    this.#one = store.database.prepare('SELECT seq FROM event_cursors WHERE name = ?')
    this.#put = store.database.prepare(
      'INSERT INTO event_cursors (name, seq) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq',
    )
    this.#keepOnly = store.database.prepare(
      'DELETE FROM event_cursors WHERE name NOT IN (SELECT value FROM json_each(?))',
    )
  }

  /** Undefined for a consumer that was never here. */
  get(name: string): Promise<number | undefined> {
    return this.#store.read(() => {
      const seq = this.#one.get(name)?.['seq']
      return typeof seq === 'number' ? seq : undefined
    })
  }

  /** Forgets the consumers that are no more: nobody waits for them. */
  async keepOnly(names: readonly string[]): Promise<void> {
    await this.#store.write(() => {
      this.#keepOnly.run(JSON.stringify(names))
    })
  }

  async put(name: string, seq: number): Promise<void> {
    await this.#store.write(() => {
      this.#put.run(name, seq)
    })
  }
}
