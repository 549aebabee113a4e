import type { StatementSync } from 'node:sqlite'
import { FarmState } from '../../../../shared/model/farms.ts'
import type { DataDir } from '../data-dir/index.ts'
import { RowReader } from './rows.ts'
import type { Store } from './store.ts'

/** The life of farms: status, lock, pauses; one record a farm. */
export class FarmStateRows {
  readonly #store: Store
  readonly #reader: RowReader<FarmState>
  readonly #put: StatementSync
  readonly #remove: StatementSync
  readonly #all: StatementSync

  constructor(store: Store, dataDir: DataDir) {
    const { database } = store
    this.#store = store
    this.#reader = new RowReader('farm', FarmState, dataDir)
    this.#put = database.prepare(`
      INSERT INTO farm_states (farm_id, data) VALUES (?, ?)
      ON CONFLICT (farm_id) DO UPDATE SET data = excluded.data`)
    this.#remove = database.prepare('DELETE FROM farm_states WHERE farm_id = ?')
    this.#all = database.prepare('SELECT farm_id AS id, data FROM farm_states ORDER BY farm_id')
  }

  list(): Promise<FarmState[]> {
    return this.#store.read(() => this.#reader.many(this.#all.all()))
  }

  async put(state: FarmState): Promise<void> {
    await this.#store.write(() => {
      this.#put.run(state.farmId, JSON.stringify(state))
    })
  }

  async remove(farmId: string): Promise<void> {
    await this.#store.write(() => {
      this.#remove.run(farmId)
    })
  }
}
