import { AppError } from '../../../../shared/model/errors.ts'
import type { NewEvent } from '../../../../shared/model/events.ts'

/** Where the records of one noun are kept: rows of the ledger, or a collection of the workspace, which keeps no events. */
interface RecordRepository<T> {
  list(): Promise<T[]>
  put(record: T, events?: readonly NewEvent[]): Promise<void>
  remove(id: string, events?: readonly NewEvent[]): Promise<void>
}

/**
 * What a change is made in first. `memory`: whoever reads next builds on it at once, and a change that the disk refuses
 * stays known. `disk`: a change that the disk refuses changed nothing.
 */
type WriteFirst = 'memory' | 'disk'

export interface LiveRecordsOptions<T> {
  /** What one record is called in a sentence. */
  noun: string
  repository: RecordRepository<T>
  first: WriteFirst
  /** Told of what was read at the start, and of each change once it is in memory and on disk. */
  onChange?: (put: readonly T[], dropped: readonly string[]) => void
}

/** All records of one noun in memory, written through to where they are kept. A returned promise means: on disk. */
export class LiveRecords<T extends { id: string }> {
  readonly #options: LiveRecordsOptions<T>
  readonly #records = new Map<string, T>()

  constructor(options: LiveRecordsOptions<T>) {
    this.#options = options
  }

  /** Reads what is kept. */
  async start(): Promise<void> {
    for (const record of await this.#options.repository.list()) this.#records.set(record.id, record)
    this.#options.onChange?.(this.list(), [])
  }

  list(): T[] {
    return [...this.#records.values()]
  }

  find(id: string): T | undefined {
    return this.#records.get(id)
  }

  /** Throws `input.not_found`. */
  get(id: string): T {
    const record = this.#records.get(id)
    if (record) return record
    throw new AppError('input.not_found', { message: `There is no ${this.#options.noun} ${id}.` })
  }

  /** Keeps a record, in one transaction with the events that tell of it. */
  async put(
    record: T,
    events: readonly NewEvent[] = [],
    first: WriteFirst = this.#options.first,
  ): Promise<T> {
    if (first === 'memory') this.#records.set(record.id, record)
    await this.#options.repository.put(record, events)
    if (first === 'disk') this.#records.set(record.id, record)
    this.#options.onChange?.([record], [])
    return record
  }

  /** Lets go of a record, in one transaction with the events that tell of it. */
  async remove(id: string, events: readonly NewEvent[] = []): Promise<void> {
    const { first, repository, onChange } = this.#options
    if (first === 'memory') this.#records.delete(id)
    await repository.remove(id, events)
    if (first === 'disk') this.#records.delete(id)
    onChange?.([], [id])
  }
}
