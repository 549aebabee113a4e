import type { DatabaseSync } from 'node:sqlite'
import type { DataDir } from '../data-dir/index.ts'
import { backedUpAt, backUp } from './database-file.ts'

const EVERY_MS = 24 * 60 * 60 * 1000

/** Copies the ledger in the background when the last copy is a day old; asked after each commit, so that no timer runs. */
export class DailyCopy {
  readonly #dataDir: DataDir
  readonly #database: DatabaseSync
  #lastMs: number | undefined
  #running: Promise<void> | undefined

  private constructor(dataDir: DataDir, database: DatabaseSync, lastMs: number | undefined) {
    this.#dataDir = dataDir
    this.#database = database
    this.#lastMs = lastMs
  }

  static async of(dataDir: DataDir, database: DatabaseSync): Promise<DailyCopy> {
    return new DailyCopy(dataDir, database, await backedUpAt(dataDir))
  }

  /** Starts a copy when one is due and none runs. A clock that was set back counts as due. */
  startWhenDue(): void {
    const nowMs = this.#dataDir.clock.now()
    const isFresh = this.#lastMs !== undefined && Math.abs(nowMs - this.#lastMs) < EVERY_MS
    if (isFresh || this.#running !== undefined) return
    this.#lastMs = nowMs
    this.#running = this.#copy().finally(() => {
      this.#running = undefined
    })
  }

  /** Resolves when no copy runs any more. */
  async settled(): Promise<void> {
    await this.#running
  }

  async #copy(): Promise<void> {
    try {
      await backUp(this.#dataDir, this.#database)
    } catch (thrown) {
      this.#dataDir.log.warn({ err: thrown }, 'The daily copy of the ledger could not be made.')
    }
  }
}
