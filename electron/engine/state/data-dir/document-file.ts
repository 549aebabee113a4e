import { readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { TextDecoder } from 'node:util'
import { keepAs, syncDirectory, writeAtomically } from './atomic-file.ts'
import type { DataDir } from './data-dir.ts'
import { diskError, systemCode } from './disk-errors.ts'

/** What a parser throws when a document is damaged: the message says what is wrong with it, as a sentence. */
export class DocumentDamage extends Error {}

export interface DocumentFileOptions<T> {
  dataDir: DataDir
  /** The file's name in the data directory, with `.json` at its end: `workspace/farms.json`. */
  name: string
  /** Reads a document. Throws `DocumentDamage`, or AppError `state.newer`. */
  parse: (text: string) => T
  /** What a document holds, in a few words: `3 farms`. */
  describe: (document: T) => string
}

/**
 * A JSON document that a crash, a full disk or a damage never costs more than the change in progress: written as a whole,
 * with the previous state beside it (`farms.previous.json`); a damaged file is set aside (`farms.damaged-….json`), never
 * overwritten.
 */
export class DocumentFile<T> {
  readonly name: string
  readonly #options: DocumentFileOptions<T>
  readonly #stem: string

  constructor(options: DocumentFileOptions<T>) {
    this.#options = options
    this.name = options.name
    this.#stem = options.name.replace(/\.json$/, '')
  }

  get path(): string {
    return this.#path(this.name)
  }

  /**
   * Reads the document; undefined when there is none. A damaged one is set aside and replaced by the previous state where
   * that is good, and reported to the data directory. Throws AppError `state.newer`, `state.unwritable`, `state.disk_full`.
   */
  async load(): Promise<T | undefined> {
    const text = await readText(this.path)
    if (text === undefined) return undefined
    const read = this.#parse(text)
    if (!(read instanceof DocumentDamage)) return read
    return this.#recover(read)
  }

  /** The state before the last write, where it is there and good. */
  async loadPrevious(): Promise<T | undefined> {
    const text = await readText(this.#path(this.#previousName))
    const read = text === undefined ? undefined : this.#parse(text)
    return read instanceof DocumentDamage ? undefined : read
  }

  /**
   * Replaces the document; on disk when it resolves. The state before it is kept beside it, unless `forget` says that
   * nothing of it may stay: then both files hold the new text.
   */
  async write(text: string, { forget = false } = {}): Promise<void> {
    const previous = this.#path(this.#previousName)
    await writeAtomically(this.path, text, previous)
    if (forget) await writeAtomically(previous, text)
  }

  /** Keeps the file as it is now under another name as well, and answers that name. */
  async copyAside(): Promise<string> {
    return this.#keepAs(`damaged-${stamp(this.#options.dataDir.clock.now())}`)
  }

  /** Keeps the file as `farms.v1.json` before it is changed to a newer schema; an earlier such copy stays. */
  async copyVersion(version: number): Promise<string> {
    return this.#keepAs(`v${String(version)}`)
  }

  async #recover(damage: DocumentDamage): Promise<T | undefined> {
    const { dataDir, describe } = this.#options
    const setAside = await this.copyAside()
    const previousPath = this.#path(this.#previousName)
    const text = await readText(previousPath)
    const previous = text === undefined ? undefined : this.#parse(text)
    const restored =
      text === undefined ||
      text instanceof DocumentDamage ||
      previous === undefined ||
      previous instanceof DocumentDamage
        ? undefined
        : { text, document: previous }
    if (restored !== undefined) {
      await writeAtomically(this.path, restored.text)
    } else {
      await rm(this.path)
      await syncDirectory(dirname(this.path))
    }
    dataDir.report({
      file: this.name,
      wrong: damage.message,
      kept:
        restored === undefined
          ? `Nothing of it could be read; the damaged file is kept as ${setAside}.`
          : `The state before the last change was restored (${describe(restored.document)}); the damaged file is kept as ${setAside}.`,
      lost: restored === undefined ? `Everything in ${this.name}.` : `The last change to ${this.name}.`,
      setAside,
    })
    return restored?.document
  }

  async #keepAs(suffix: string): Promise<string> {
    for (let count = 1; ; count += 1) {
      const name = `${this.#stem}.${suffix}${count === 1 ? '' : `-${String(count)}`}.json`
      try {
        await keepAs(this.path, this.#path(name))
        await syncDirectory(dirname(this.path))
        return name
      } catch (thrown) {
        if (systemCode(thrown) !== 'EEXIST') throw diskError(thrown, this.#path(name))
      }
    }
  }

  #parse(text: string | DocumentDamage): T | DocumentDamage {
    if (text instanceof DocumentDamage) return text
    try {
      return this.#options.parse(text)
    } catch (thrown) {
      if (thrown instanceof DocumentDamage) return thrown
      throw thrown
    }
  }

  get #previousName(): string {
    return `${this.#stem}.previous.json`
  }

  #path(name: string): string {
    return join(this.#options.dataDir.path, name)
  }
}

/** The file's text, undefined when there is no file, damage when it is no UTF-8. */
async function readText(path: string): Promise<string | DocumentDamage | undefined> {
  let bytes
  try {
    bytes = await readFile(path)
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return undefined
    throw diskError(thrown, path)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new DocumentDamage('It holds bytes that are no text.')
  }
}

/** A point in time for a file name: `20260131T235959Z`. */
export function stamp(atMs: number): string {
  return new Date(atMs).toISOString().replace(/[-:]|\.\d+/g, '')
}
