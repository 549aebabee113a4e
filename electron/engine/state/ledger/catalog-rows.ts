import type { StatementSync } from 'node:sqlite'
import { Catalog } from '../../../../shared/model/clouds.ts'
import type { DataDir } from '../data-dir/index.ts'
import { RowReader } from './rows.ts'
import type { Store } from './store.ts'

const KIND = 'catalog'

/** What was last fetched from clouds, for work without a network. */
export class CatalogRows {
  readonly #store: Store
  readonly #reader: RowReader<Catalog>
  readonly #put: StatementSync
  readonly #one: StatementSync
  readonly #removeOfCloud: StatementSync

  constructor(store: Store, dataDir: DataDir) {
    const { database } = store
    this.#store = store
    this.#reader = new RowReader('catalogue', Catalog, dataDir)
    this.#put = database.prepare(`
      INSERT INTO cloud_cache (cloud_id, location, kind, fetched_at, data) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (cloud_id, location, kind) DO UPDATE SET fetched_at = excluded.fetched_at, data = excluded.data`)
    this.#one = database.prepare(
      'SELECT data FROM cloud_cache WHERE cloud_id = ? AND location = ? AND kind = ?',
    )
    this.#removeOfCloud = database.prepare('DELETE FROM cloud_cache WHERE cloud_id = ?')
  }

  get(cloudId: string, location: string): Promise<Catalog | undefined> {
    return this.#store.read(() => this.#reader.one(this.#one.get(cloudId, location, KIND)))
  }

  async put(catalog: Catalog): Promise<void> {
    await this.#store.write(() => {
      this.#put.run(catalog.cloudId, catalog.location, KIND, catalog.fetchedAt, JSON.stringify(catalog))
    })
  }

  async removeOfCloud(cloudId: string): Promise<void> {
    await this.#store.write(() => {
      this.#removeOfCloud.run(cloudId)
    })
  }
}
