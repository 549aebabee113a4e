import type { Deprecation, DeprecationDocument } from '../../../../shared/model/deprecation.ts'
import { AppError } from '../../../../shared/model/errors.ts'

/** Where a replacement is looked up. */
interface Named {
  find(id: string): { id: string; name: string } | undefined
  findByName(name: string): { id: string; name: string } | undefined
}

/** A deprecation for a document; a replacement that is gone is left out. */
export function deprecationDocument(
  deprecated: Deprecation | null,
  known: Named,
): DeprecationDocument | null {
  if (deprecated === null) return null
  const { from, replacementId } = deprecated
  return { from, replacement: known.find(replacementId ?? '')?.name ?? null }
}

/** A deprecation of a document. Throws `input.invalid` when there is no such replacement here. */
export function deprecationOf(
  document: DeprecationDocument | null,
  known: Named,
  noun: 'role' | 'image',
): Deprecation | null {
  if (document === null) return null
  const { from, replacement } = document
  if (replacement === null) return { from, replacementId: null }
  const found = known.find(replacement) ?? known.findByName(replacement)
  if (found) return { from, replacementId: found.id }
  const message = `There is no ${noun} “${replacement}”. Import it first, or take it out of “deprecated”.`
  throw new AppError('input.invalid', {
    message,
    details: { faults: [{ path: 'deprecated.replacement', message }] },
  })
}
