import { AppError } from '../../model/errors.ts'
import { faultsOfIssues, type SchemaIssue } from './zod-faults.ts'

/** What a zod schema looks like from here. */
interface Schema<T> {
  safeParse: (
    value: unknown,
  ) => { success: true; data: T } | { success: false; error: { issues: readonly SchemaIssue[] } }
}

/** Reads an imported document by its schema. Throws `input.invalid` with every fault by path; `what` begins the sentence. */
export function parseDocument<T>(schema: Schema<T>, document: unknown, what: string): T {
  const parsed = schema.safeParse(document)
  if (parsed.success) return parsed.data
  const faults = faultsOfIssues(parsed.error.issues)
  const [first] = faults
  const where = first ? `: ${first.path === '' ? '' : `${first.path}: `}${first.message}` : '.'
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''
  throw new AppError('input.invalid', { message: `${what}${where}${more}`, details: { faults } })
}
