import type { StatementSync } from 'node:sqlite'
import { ElasticIp } from '../../../../shared/model/elastic-ips.ts'
import type { DataDir } from '../data-dir/index.ts'
import { RowReader } from './rows.ts'
import type { Store } from './store.ts'

/** Elastic IPs of farms; one a farm role and server index. */
export class ElasticIpRows {
  readonly #store: Store
  readonly #reader: RowReader<ElasticIp>
  readonly #put: StatementSync
  readonly #remove: StatementSync
  readonly #ofFarm: StatementSync

  constructor(store: Store, dataDir: DataDir) {
    const { database } = store
    this.#store = store
    this.#reader = new RowReader('Elastic IP', ElasticIp, dataDir)
    this.#put = database.prepare(`
      INSERT INTO elastic_ips (id, farm_id, farm_role_id, idx, data) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET farm_id = excluded.farm_id, farm_role_id = excluded.farm_role_id,
        idx = excluded.idx, data = excluded.data`)
    this.#remove = database.prepare('DELETE FROM elastic_ips WHERE id = ?')
    this.#ofFarm = database.prepare('SELECT id, data FROM elastic_ips WHERE farm_id = ? ORDER BY idx')
  }

  ofFarm(farmId: string): Promise<ElasticIp[]> {
    return this.#store.read(() => this.#reader.many(this.#ofFarm.all(farmId)))
  }

  async put(record: ElasticIp): Promise<void> {
    await this.#store.write(() => {
      this.#put.run(record.id, record.farmId, record.farmRoleId, record.index, JSON.stringify(record))
    })
  }

  async remove(id: string): Promise<void> {
    await this.#store.write(() => {
      this.#remove.run(id)
    })
  }
}
