import type { StatementSync } from 'node:sqlite'
import type { z } from 'zod'
import { ScheduleRecord, VolumeRecord } from '../../../../shared/model/volume-records.ts'
import type { DataDir } from '../data-dir/index.ts'
import { RowReader } from './rows.ts'
import type { Store } from './store.ts'

/** Volumes of farm roles: one a place (farm role, name, server index, disk). */
export class VolumeRows {
  readonly #store: Store
  readonly #reader: RowReader<VolumeRecord>
  readonly #put: StatementSync
  readonly #remove: StatementSync
  readonly #all: StatementSync

  constructor(store: Store, dataDir: DataDir) {
    const { database } = store
    this.#store = store
    this.#reader = new RowReader('volume', VolumeRecord, dataDir)
    this.#put = database.prepare(`
      INSERT INTO volumes (id, farm_id, farm_role_id, name, idx, disk, data) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET data = excluded.data`)
    this.#remove = database.prepare('DELETE FROM volumes WHERE id = ?')
    this.#all = database.prepare('SELECT id, data FROM volumes ORDER BY id')
  }

  list(): Promise<VolumeRecord[]> {
    return this.#store.read(() => this.#reader.many(this.#all.all()))
  }

  async put(record: VolumeRecord): Promise<void> {
    const { id, farmId, farmRoleId, name, index, disk } = record
    await this.#store.write(() => {
      this.#put.run(id, farmId, farmRoleId, name, index, disk, JSON.stringify(record))
    })
  }

  async remove(id: string): Promise<void> {
    await this.#store.write(() => {
      this.#remove.run(id)
    })
  }
}

/** Snapshot schedules of volumes. */
export class SnapshotScheduleRows {
  readonly #store: Store
  readonly #reader: RowReader<z.infer<typeof ScheduleRecord>>
  readonly #put: StatementSync
  readonly #remove: StatementSync
  readonly #all: StatementSync

  constructor(store: Store, dataDir: DataDir) {
    const { database } = store
    this.#store = store
    this.#reader = new RowReader('snapshot schedule', ScheduleRecord, dataDir)
    this.#put = database.prepare(`
      INSERT INTO snapshot_schedules (id, data) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET data = excluded.data`)
    this.#remove = database.prepare('DELETE FROM snapshot_schedules WHERE id = ?')
    this.#all = database.prepare('SELECT id, data FROM snapshot_schedules ORDER BY id')
  }

  list(): Promise<ScheduleRecord[]> {
    return this.#store.read(() => this.#reader.many(this.#all.all()))
  }

  async put(record: ScheduleRecord): Promise<void> {
    await this.#store.write(() => {
      this.#put.run(record.id, JSON.stringify(record))
    })
  }

  async remove(id: string): Promise<void> {
    await this.#store.write(() => {
      this.#remove.run(id)
    })
  }
}
