import type { z } from 'zod'
import { parseDocument } from '../../../../shared/logic/documents/parse-document.ts'
import { LiveRecords, type LiveRecordsOptions } from '../../records/live-records/index.ts'

/** The designs of one noun in memory, written through to the workspace, which keeps no events. */
export class DesignStore<T extends { id: string; name: string }> extends LiveRecords<T> {
  readonly #noun: string
  readonly #schema: z.ZodType<T>

  constructor(options: Omit<LiveRecordsOptions<T>, 'first'> & { schema: z.ZodType<T> }) {
    super({ ...options, first: 'disk' })
    this.#noun = options.noun
    this.#schema = options.schema
  }

  /** By name, without regard to case. */
  findByName(name: string): T | undefined {
    return this.list().find((item) => item.name.toLowerCase() === name.toLowerCase())
  }

  /** Throws `input.invalid`. */
  parse(value: unknown): T {
    return parseDocument(this.#schema, value, `This ${this.#noun} has a fault`)
  }

  override put(item: T): Promise<T> {
    return super.put(item)
  }

  override remove(id: string): Promise<void> {
    return super.remove(id)
  }
}
