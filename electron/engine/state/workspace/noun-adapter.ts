import type { Adapter } from 'lowdb'
import type { DataDir } from '../data-dir/index.ts'
import { DocumentFile } from '../data-dir/index.ts'
import { formatNounDocument, parseNounDocument } from './noun-document.ts'
import type { NounDocument } from './noun-document.ts'
import type { Noun } from './noun.ts'

export type ItemsById<T> = ReadonlyMap<string, T>

/** lowdb's adapter over one noun's document: whole writes with fsync, damage set aside, older schemas migrated. */
export class NounAdapter<T extends { id: string }> implements Adapter<ItemsById<T>> {
  readonly #dataDir: DataDir
  readonly #noun: Noun<T>
  readonly #file: DocumentFile<NounDocument<T>>

  constructor(dataDir: DataDir, noun: Noun<T>) {
    this.#dataDir = dataDir
    this.#noun = noun
    this.#file = new DocumentFile<NounDocument<T>>({
      dataDir,
      name: `workspace/${noun.name}.json`,
      parse: (text) => parseNounDocument(noun, text),
      describe: ({ items }) => `${String(items.size)} ${noun.name}`,
    })
  }

  /** Null when there is no document. Throws AppError `state.newer`, `state.unwritable`, `state.disk_full`. */
  async read(): Promise<ItemsById<T> | null> {
    const document = await this.#file.load()
    if (document === undefined) return null
    const { version, faulty, unknownKeys } = document
    const isDamaged = faulty.length > 0 || unknownKeys.length > 0
    const isOld = version !== this.#noun.version
    const items = sortById(isDamaged ? await this.#repair(document) : document.items)
    if (isOld) {
      const kept = await this.#file.copyVersion(version)
      this.#dataDir.log.info(
        { file: this.#file.name, from: version, to: this.#noun.version, kept },
        'A design file was migrated.',
      )
    }
    // What was damaged is no state to go back to.
    if (isDamaged || isOld) {
      await this.#file.write(formatNounDocument(this.#noun, items), { forget: isDamaged })
    }
    return items
  }

  async write(items: ItemsById<T>): Promise<void> {
    await this.#file.write(formatNounDocument(this.#noun, items))
  }

  /** Keeps a copy of a document with faults, and takes what it can of the faulty items from the state before. */
  async #repair(document: NounDocument<T>): Promise<ItemsById<T>> {
    const { faulty, unknownKeys } = document
    const items = new Map(document.items)
    const setAside = await this.#file.copyAside()
    const previous = faulty.length > 0 ? await this.#file.loadPrevious() : undefined
    for (const { id } of faulty) {
      const before = previous?.items.get(id)
      if (before !== undefined) items.set(id, before)
    }
    const lost = faulty.filter(({ id }) => !items.has(id)).map(({ id }) => id)
    const restored = faulty.filter(({ id }) => items.has(id)).map(({ id }) => id)
    this.#dataDir.report({
      file: this.#file.name,
      wrong: [
        ...faulty.map(({ id, why }) => `${id} cannot be read: ${why}`),
        ...unknownKeys.map((key) => `“${key}” has no place there.`),
      ].join(' '),
      kept:
        `${String(document.items.size)} ${this.#noun.name} were read; the whole file is kept as ${setAside}.` +
        (restored.length === 0 ? '' : ` Restored as before the last change: ${restored.join(', ')}.`),
      lost:
        lost.length === 0
          ? 'Nothing but what is named above.'
          : `${lost.join(', ')} of the ${this.#noun.name}.`,
      setAside,
    })
    return items
  }
}

/** The same items, by id. */
export function sortById<T>(items: ItemsById<T>): ItemsById<T> {
  return new Map([...items].sort(([a], [b]) => (a < b ? -1 : 1)))
}
