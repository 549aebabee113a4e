import type { StatementSync } from 'node:sqlite'
import { Task } from '../../../../shared/model/tasks.ts'
import type { DataDir } from '../data-dir/index.ts'
import { RowReader } from './rows.ts'
import type { Store } from './store.ts'

/** Long pieces of work, whole records by id. */
export class TaskRows {
  readonly #store: Store
  readonly #reader: RowReader<Task>
  readonly #put: StatementSync
  readonly #running: StatementSync
  readonly #ended: StatementSync

  constructor(store: Store, dataDir: DataDir) {
    const { database } = store
    this.#store = store
    this.#reader = new RowReader('task', Task, dataDir)
    this.#put = database.prepare(`
      INSERT INTO tasks (id, kind, state, created_at, data) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET state = excluded.state, data = excluded.data`)
    this.#running = database.prepare(
      `SELECT id, data FROM tasks WHERE state = 'running' ORDER BY created_at DESC`,
    )
    this.#ended = database.prepare(
      `SELECT id, data FROM tasks WHERE state <> 'running' ORDER BY created_at DESC LIMIT ?`,
    )
  }

  async put(task: Task): Promise<void> {
    await this.#store.write(() => {
      this.#put.run(task.id, task.kind, task.state, task.createdAt, JSON.stringify(task))
    })
  }

  /** Running ones, then the newest ended ones. */
  recent(endedCount: number): Promise<Task[]> {
    return this.#store.read(() => this.#reader.many([...this.#running.all(), ...this.#ended.all(endedCount)]))
  }
}
