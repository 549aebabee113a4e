import type { z } from 'zod'
import { faultsOfIssues } from '../../../shared/logic/documents/zod-faults.ts'
import type { Fault } from '../../../shared/model/errors.ts'

/** Checks a document by its schema alone, for imports whose names only the engine can look up. */
export function checkBy(schema: z.ZodType): (document: unknown) => Fault[] {
  return (document) => {
    const parsed = schema.safeParse(document)
    return parsed.success ? [] : faultsOfIssues(parsed.error.issues)
  }
}

/** A name as a file name: `Ubuntu 24.04` becomes `Ubuntu-24.04.role.json`. */
export function documentFileName(name: string, noun: 'farm' | 'template' | 'role' | 'image'): string {
  const plain = name.replace(/[^\w.-]+/g, '-').replace(/^-+|-+$/g, '')
  return `${plain === '' ? noun : plain}.${noun}.json`
}
