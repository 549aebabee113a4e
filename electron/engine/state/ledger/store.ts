import type { DatabaseSync } from 'node:sqlite'
import { AppError } from '../../../../shared/model/errors.ts'
import { GroupCommit } from '../data-dir/index.ts'
import { isDamage, ledgerError } from './sqlite-errors.ts'

interface Write {
  run: () => void
  failure: unknown
}

export interface StoreOptions {
  database: DatabaseSync
  path: string
  /** Called when SQLite finds the file damaged, before the error goes on. */
  onDamage: () => void
}

/**
 * One connection. Writes that wait share one transaction, and so one fsync; a write that fails is undone alone. Resolved
 * means: on disk.
 */
export class Store {
  readonly database: DatabaseSync
  readonly #path: string
  readonly #onDamage: () => void
  #committed: () => void = () => undefined
  readonly #commits: GroupCommit<Write>

  constructor(options: StoreOptions) {
    this.database = options.database
    this.#path = options.path
    this.#onDamage = options.onDamage
    this.#commits = new GroupCommit<Write>('ledger', (writes) => {
      this.#commit(writes)
    })
  }

  /** Says what is called after each commit. */
  onCommit(listener: () => void): void {
    this.#committed = listener
  }

  /** Runs statements all or none. Rejects with an AppError. */
  async write(run: () => void): Promise<void> {
    const write: Write = { run, failure: undefined }
    await this.#commits.add(write)
    if (write.failure !== undefined) throw this.#translate(write.failure)
  }

  /** Reads what is committed. Rejects with an AppError. */
  read<T>(run: () => T): Promise<T> {
    try {
      return Promise.resolve(run())
    } catch (thrown) {
      return Promise.reject(this.#translate(thrown))
    }
  }

  /** Refuses new writes and resolves when the accepted ones have ended. */
  async settled(): Promise<void> {
    await this.#commits.close()
  }

  close(): void {
    if (this.database.isOpen) this.database.close()
  }

  #commit(writes: readonly Write[]): void {
    try {
      this.database.exec('BEGIN IMMEDIATE')
      for (const write of writes) this.#runAlone(write)
      this.database.exec('COMMIT')
    } catch (thrown) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK')
      throw this.#translate(thrown)
    }
    this.#committed()
  }

  #runAlone(write: Write): void {
    this.database.exec('SAVEPOINT one')
    try {
      write.run()
    } catch (thrown) {
      // A full disk or a damage ends the whole transaction.
      if (!this.database.isTransaction) throw thrown
      this.database.exec('ROLLBACK TO one')
      write.failure = thrown
    }
    this.database.exec('RELEASE one')
  }

  #translate(thrown: unknown): Error {
    if (isDamage(thrown)) this.#onDamage()
    const error = ledgerError(thrown, this.#path)
    if (error instanceof Error) return error
    return new AppError('internal', { message: `The ledger failed: ${String(error)}.`, cause: error })
  }
}
