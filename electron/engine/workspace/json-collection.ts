import { Low } from 'lowdb'
import type { DataDir } from '../data-dir/index.ts'
import { DocumentFile, GroupCommit } from '../data-dir/index.ts'
import type { Collection, CollectionChange } from './collection.ts'
import { checkItem, formatNounDocument, parseNounDocument } from './noun-document.ts'
import type { NounDocument } from './noun-document.ts'
import type { Noun } from './noun.ts'

type Change<T extends { id: string }> =
  { kind: 'put'; items: readonly T[] } | { kind: 'remove'; id: T['id']; onDone: (existed: boolean) => void }

/** A collection that lives in memory and in one JSON document. */
export class JsonCollection<T extends { id: string }> implements Collection<T> {
  readonly #noun: Noun<T>
  readonly #dataDir: DataDir
  readonly #low: Low<ReadonlyMap<string, T>>
  readonly #commits: GroupCommit<Change<T>>
  readonly #listeners = new Set<(change: CollectionChange<T>) => void>()
  #items: ReadonlyMap<string, T>

  private constructor(
    noun: Noun<T>,
    dataDir: DataDir,
    file: DocumentFile<NounDocument<T>>,
    items: ReadonlyMap<string, T>,
  ) {
    this.#noun = noun
    this.#dataDir = dataDir
    this.#items = items
    this.#low = new Low<ReadonlyMap<string, T>>(
      {
        read: async () => (await file.load())?.items ?? null,
        write: async (data) => file.write(formatNounDocument(noun, data)),
      },
      items,
    )
    this.#commits = new GroupCommit(`workspace of ${noun.name}`, (changes) => this.#commit(changes))
  }

  /**
   * Loads the document of a noun; a missing one is empty, a damaged one or a damaged item is set aside and reported to the
   * data directory. Throws AppError `state.newer`, `state.unwritable`, `state.disk_full`.
   */
  static async open<T extends { id: string }>(dataDir: DataDir, noun: Noun<T>): Promise<JsonCollection<T>> {
    const file = new DocumentFile<NounDocument<T>>({
      dataDir,
      name: `workspace/${noun.name}.json`,
      parse: (text) => parseNounDocument(noun, text),
      describe: ({ items }) => `${String(items.size)} ${noun.name}`,
    })
    const document = await file.load()
    const items = document === undefined ? new Map<string, T>() : await settle(dataDir, noun, file, document)
    return new JsonCollection(noun, dataDir, file, items)
  }

  list(): Promise<readonly T[]> {
    return Promise.resolve([...this.#items.values()])
  }

  get(id: T['id']): Promise<T | undefined> {
    return Promise.resolve(this.#items.get(id))
  }

  async put(item: T): Promise<T> {
    const checked = checkItem(this.#noun, item)
    await this.#commits.add({ kind: 'put', items: [checked] })
    return checked
  }

  async putMany(items: readonly T[]): Promise<readonly T[]> {
    const checked = items.map((item) => checkItem(this.#noun, item))
    if (checked.length > 0) await this.#commits.add({ kind: 'put', items: checked })
    return checked
  }

  async remove(id: T['id']): Promise<boolean> {
    let removed = false
    const onDone = (existed: boolean): void => {
      removed = existed
    }
    await this.#commits.add({ kind: 'remove', id, onDone })
    return removed
  }

  onChange(listener: (change: CollectionChange<T>) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  async close(): Promise<void> {
    await this.#commits.close()
    this.#listeners.clear()
  }

  async #commit(changes: readonly Change<T>[]): Promise<void> {
    const next = new Map(this.#items)
    const touched = new Set<T['id']>()
    for (const change of changes) {
      if (change.kind === 'put') {
        for (const item of change.items) {
          next.set(item.id, item)
          touched.add(item.id)
        }
      } else {
        change.onDone(next.delete(change.id))
        touched.add(change.id)
      }
    }
    const changed = [...touched].filter((id) => next.get(id) !== this.#items.get(id))
    if (changed.length === 0) return
    const sorted = new Map([...next].sort(([a], [b]) => (a < b ? -1 : 1)))
    this.#low.data = sorted
    await this.#low.write()
    this.#items = sorted
    this.#tell({
      put: changed.map((id) => sorted.get(id)).filter((item) => item !== undefined),
      drop: changed.filter((id) => !sorted.has(id)),
    })
  }

  #tell(change: CollectionChange<T>): void {
    for (const listener of this.#listeners) {
      try {
        listener(change)
      } catch (thrown) {
        this.#dataDir.log.error({ noun: this.#noun.name, err: thrown }, 'A listener of the workspace failed.')
      }
    }
  }
}

/** Puts a document that could be read only in part, or in an older version, into its present form; nothing of it is lost. */
async function settle<T extends { id: string }>(
  dataDir: DataDir,
  noun: Noun<T>,
  file: DocumentFile<NounDocument<T>>,
  document: NounDocument<T>,
): Promise<ReadonlyMap<string, T>> {
  const { version, faulty, unknownKeys } = document
  const items = new Map(document.items)
  const isDamaged = faulty.length > 0 || unknownKeys.length > 0
  if (!isDamaged && version === noun.version) return items
  if (isDamaged) {
    const setAside = await file.copyAside()
    const previous = faulty.length > 0 ? await file.loadPrevious() : undefined
    for (const { id } of faulty) {
      const before = previous?.items.get(id)
      if (before !== undefined) items.set(id, before)
    }
    const lost = faulty.filter(({ id }) => !items.has(id)).map(({ id }) => id)
    const restored = faulty.filter(({ id }) => items.has(id)).map(({ id }) => id)
    dataDir.report({
      file: file.name,
      wrong: [
        ...faulty.map(({ id, why }) => `${id} cannot be read: ${why}`),
        ...unknownKeys.map((key) => `“${key}” has no place there.`),
      ].join(' '),
      kept:
        `${String(document.items.size)} ${noun.name} were read; the whole file is kept as ${setAside}.` +
        (restored.length === 0 ? '' : ` Restored as before the last change: ${restored.join(', ')}.`),
      lost:
        lost.length === 0 ? 'Nothing but what is named above.' : `${lost.join(', ')} of the ${noun.name}.`,
      setAside,
    })
  }
  if (version !== noun.version) {
    const kept = await file.copyVersion(version)
    dataDir.log.info(
      { file: file.name, from: version, to: noun.version, kept },
      'A design file was migrated.',
    )
  }
  const sorted = new Map([...items].sort(([a], [b]) => (a < b ? -1 : 1)))
  await file.write(formatNounDocument(noun, sorted))
  return sorted
}
