import type { StatementSync } from 'node:sqlite'
import { Job } from '../../../../shared/model/jobs.ts'
import type { DataDir } from '../data-dir/index.ts'
import { RowReader } from './rows.ts'
import type { Store } from './store.ts'

/** Jobs, whole records by id. */
export class JobRows {
  readonly #store: Store
  readonly #reader: RowReader<Job>
  readonly #put: StatementSync
  readonly #running: StatementSync
  readonly #ended: StatementSync

  constructor(store: Store, dataDir: DataDir) {
    const { database } = store
    this.#store = store
    this.#reader = new RowReader('job', Job, dataDir)
    this.#put = database.prepare(`
      INSERT INTO jobs (id, state, started_at, data) VALUES (?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET state = excluded.state, started_at = excluded.started_at, data = excluded.data`)
    this.#running = database.prepare(
      `SELECT id, data FROM jobs WHERE state = 'running' ORDER BY started_at DESC`,
    )
    this.#ended = database.prepare(
      `SELECT id, data FROM jobs WHERE state <> 'running' ORDER BY started_at DESC LIMIT ?`,
    )
  }

  async put(job: Job): Promise<void> {
    await this.#store.write(() => {
      this.#put.run(job.id, job.state, job.startedAt, JSON.stringify(job))
    })
  }

  /** Running ones, then the newest ended ones. */
  recent(endedCount: number): Promise<Job[]> {
    return this.#store.read(() => this.#reader.many([...this.#running.all(), ...this.#ended.all(endedCount)]))
  }
}
