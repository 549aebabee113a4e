import { setImmediate } from 'node:timers/promises'
import { AppError } from '../../../../shared/model/errors.ts'

interface Waiting<Change> {
  change: Change
  resolve: () => void
  reject: (thrown: unknown) => void
}

/**
 * Serialises writes and lets those that wait share one: all changes that gather while a commit runs go into the next.
 * `commit` gets them in the order in which they came; what it rejects with, each of them rejects with.
 */
export class GroupCommit<Change> {
  readonly #commit: (changes: readonly Change[]) => Promise<void> | void
  readonly #name: string
  #waiting: Waiting<Change>[] = []
  #running: Promise<void> | undefined
  #closed = false

  constructor(name: string, commit: (changes: readonly Change[]) => Promise<void> | void) {
    this.#name = name
    this.#commit = commit
  }

  /** Resolves when the change is committed. */
  async add(change: Change): Promise<void> {
    if (this.#closed) {
      throw new AppError('internal', { message: `The ${this.#name} is closed and takes no more changes.` })
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, resolve, reject })
      this.#running ??= this.#run()
    })
  }

  /** Refuses new changes and resolves when the last accepted one is committed or refused. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await setImmediate()
      const group = this.#waiting
      this.#waiting = []
      try {
        await this.#commit(group.map(({ change }) => change))
        for (const { resolve } of group) resolve()
      } catch (thrown) {
        for (const { reject } of group) reject(thrown)
      }
    }
    this.#running = undefined
  }
}
