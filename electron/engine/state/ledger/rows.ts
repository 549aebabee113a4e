import type { z } from 'zod'
import { AppError } from '../../../../shared/model/errors.ts'
import { faultsOfIssues } from '../../../../shared/logic/documents/zod-faults.ts'
import type { DataDir } from '../data-dir/index.ts'

/** Reads records back from rows, checked: `what` names the kind of record (`server`). */
export class RowReader<T> {
  readonly #what: string
  readonly #schema: z.ZodType<T>
  readonly #dataDir: DataDir
  readonly #reported = new Set<string>()

  constructor(what: string, schema: z.ZodType<T>, dataDir: DataDir) {
    this.#what = what
    this.#schema = schema
    this.#dataDir = dataDir
  }

  /** The record of a row, undefined for no row. Throws AppError `state.damaged`. */
  one(row: Record<string, unknown> | undefined): T | undefined {
    if (row === undefined) return undefined
    const read = this.#read(row)
    if ('wrong' in read) {
      throw new AppError('state.damaged', {
        message: `The ledger’s record of a ${this.#what} cannot be read. ${read.wrong}`,
      })
    }
    return read.record
  }

  /** The records of rows; one that cannot be read stays in the file, is left out, and is reported once. */
  many(rows: readonly Record<string, unknown>[]): T[] {
    const records: T[] = []
    for (const row of rows) {
      const read = this.#read(row)
      if ('record' in read) records.push(read.record)
      else this.#report(read.wrong)
    }
    return records
  }

  #read(row: Record<string, unknown>): { record: T } | { wrong: string } {
    const { id, data } = row
    const checked = this.#schema.safeParse(typeof data === 'string' ? parseJson(data) : row)
    if (checked.success) return { record: checked.data }
    const faults = faultsOfIssues(checked.error.issues).map(({ path, message }) => `${path}: ${message}`)
    return { wrong: `${this.#what} ${typeof id === 'string' ? id : ''}: ${faults.join(' ')}` }
  }

  #report(wrong: string): void {
    if (this.#reported.has(wrong)) return
    this.#reported.add(wrong)
    this.#dataDir.report({
      file: 'ledger.db',
      wrong,
      kept: 'Everything else, and the record itself in the file.',
      lost: `This ${this.#what} is not shown and not acted on.`,
      setAside: null,
    })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
