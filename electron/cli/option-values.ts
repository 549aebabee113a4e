import type { z } from 'zod'
import { faultsOfIssues } from '../../shared/logic/documents/zod-faults.ts'
import { UsageError } from './failure.ts'

/** What the words of a command line make up. Throws `UsageError` with each thing that is wrong. */
export function given<T extends z.ZodType>(schema: T, words: unknown): z.output<T> {
  const read = schema.safeParse(words)
  if (read.success) return read.data
  const faults = faultsOfIssues(read.error.issues)
  throw new UsageError(faults.map(({ path, message }) => `${path}: ${message}`).join(' '))
}

/** A whole number, or null when none was given. */
export function numberGiven(text: string | undefined): number | null {
  if (text === undefined) return null
  const number = Number(text)
  if (text.trim() !== '' && Number.isInteger(number)) return number
  throw new UsageError(`“${text}” is no whole number.`)
}
