import type { z } from 'zod'
import { AppError } from '../model/errors.ts'
import { faultsOfIssues } from './zod-faults.ts'

/** Reads an imported document by its schema. Throws `input.invalid` with every fault by path; `what` begins the sentence. */
export function parseDocument<Schema extends z.ZodType>(
  schema: Schema,
  document: unknown,
  what: string,
): z.output<Schema> {
  const parsed = schema.safeParse(document)
  if (parsed.success) return parsed.data
  const faults = faultsOfIssues(parsed.error.issues)
  const [first] = faults
  const where = first ? `: ${first.path === '' ? '' : `${first.path}: `}${first.message}` : '.'
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''
  throw new AppError('input.invalid', { message: `${what}${where}${more}`, details: { faults } })
}
