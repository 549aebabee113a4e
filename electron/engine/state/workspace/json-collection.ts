import { Low } from 'lowdb'
import type { DataDir } from '../data-dir/index.ts'
import { GroupCommit } from '../data-dir/index.ts'
import type { Collection } from './collection.ts'
import { NounAdapter, sortById } from './noun-adapter.ts'
import type { ItemsById } from './noun-adapter.ts'
import { checkItem } from './noun-document.ts'
import type { Noun } from './noun.ts'

type Change<T extends { id: string }> = { kind: 'put'; item: T } | { kind: 'remove'; id: T['id'] }

/** A collection that lives in memory and in one JSON document. */
export class JsonCollection<T extends { id: string }> implements Collection<T> {
  readonly #noun: Noun<T>
  readonly #low: Low<ItemsById<T>>
  readonly #commits: GroupCommit<Change<T>>
  /** What is on disk; `#low.data` is ahead of it during a write. */
  #items: ItemsById<T>

  private constructor(noun: Noun<T>, low: Low<ItemsById<T>>) {
    this.#noun = noun
    this.#low = low
    this.#items = low.data
    this.#commits = new GroupCommit(`workspace of ${noun.name}`, (changes) => this.#commit(changes))
  }

  /**
   * Loads the document of a noun; a missing one is empty, a damaged one or a damaged item is set aside and reported to the
   * data directory. Throws AppError `state.newer`, `state.unwritable`, `state.disk_full`.
   */
  static async open<T extends { id: string }>(dataDir: DataDir, noun: Noun<T>): Promise<JsonCollection<T>> {
    const low = new Low<ItemsById<T>>(new NounAdapter(dataDir, noun), new Map())
    await low.read()
    return new JsonCollection(noun, low)
  }

  list(): Promise<T[]> {
    return Promise.resolve([...this.#items.values()])
  }

  get(id: string): Promise<T | undefined> {
    return Promise.resolve(this.#items.get(id))
  }

  async put(item: T): Promise<void> {
    await this.#commits.add({ kind: 'put', item: checkItem(this.#noun, item) })
  }

  async remove(id: string): Promise<void> {
    await this.#commits.add({ kind: 'remove', id })
  }

  async close(): Promise<void> {
    await this.#commits.close()
  }

  async #commit(changes: readonly Change<T>[]): Promise<void> {
    const next = new Map(this.#items)
    const touched = new Set<T['id']>()
    for (const change of changes) {
      if (change.kind === 'put') {
        next.set(change.item.id, change.item)
        touched.add(change.item.id)
      } else {
        next.delete(change.id)
        touched.add(change.id)
      }
    }
    const changed = [...touched].filter((id) => next.get(id) !== this.#items.get(id))
    if (changed.length === 0) return
    const sorted = sortById(next)
    this.#low.data = sorted
    await this.#low.write()
    this.#items = sorted
  }
}
