import type { z } from 'zod'
import { AppError } from '../../../../shared/model/errors.ts'
import { parseDocument } from '../../../../shared/logic/documents/parse-document.ts'

/** Where designs of one noun are kept. */
export interface DesignRepository<T> {
  list(): Promise<T[]>
  put(item: T): Promise<void>
  remove(id: string): Promise<void>
}

/** The designs of one noun in memory, written through. */
export class DesignStore<T extends { id: string; name: string }> {
  readonly #noun: string
  readonly #schema: z.ZodType<T>
  readonly #repository: DesignRepository<T>
  readonly #onChange: (put: readonly T[], dropped: readonly string[]) => void
  readonly #items = new Map<string, T>()

  constructor(options: {
    noun: string
    schema: z.ZodType<T>
    repository: DesignRepository<T>
    onChange: (put: readonly T[], dropped: readonly string[]) => void
  }) {
    this.#noun = options.noun
    this.#schema = options.schema
    this.#repository = options.repository
    this.#onChange = options.onChange
  }

  async start(): Promise<void> {
    for (const item of await this.#repository.list()) this.#items.set(item.id, item)
    this.#onChange(this.list(), [])
  }

  list(): T[] {
    return [...this.#items.values()]
  }

  find(id: string): T | undefined {
    return this.#items.get(id)
  }

  /** By name, without regard to case. */
  findByName(name: string): T | undefined {
    return this.list().find((item) => item.name.toLowerCase() === name.toLowerCase())
  }

  /** Throws `input.not_found`. */
  get(id: string): T {
    const item = this.#items.get(id)
    if (!item) throw new AppError('input.not_found', { message: `There is no ${this.#noun} ${id}.` })
    return item
  }

  /** Throws `input.invalid`. */
  parse(value: unknown): T {
    return parseDocument(this.#schema, value, `This ${this.#noun} has a fault`)
  }

  async put(item: T): Promise<void> {
    await this.#repository.put(item)
    this.#items.set(item.id, item)
    this.#onChange([item], [])
  }

  async remove(id: string): Promise<void> {
    await this.#repository.remove(id)
    this.#items.delete(id)
    this.#onChange([], [id])
  }
}
