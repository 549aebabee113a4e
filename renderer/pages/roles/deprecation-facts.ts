import type { Deprecation } from '../../../shared/model/deprecation.ts'

/** The line of a role’s or image’s facts that says since when it is deprecated, and what to use instead; none when it is not. */
export function deprecationFacts(
  { deprecated }: { deprecated: Deprecation | null },
  all: ReadonlyMap<string, { name: string }>,
): { title: string; text: string }[] {
  if (!deprecated) return []
  const instead = all.get(deprecated.replacementId ?? '')?.name
  const day = deprecated.from.slice(0, 10)
  return [{ title: 'Deprecated', text: `from ${day}${instead === undefined ? '' : `, use “${instead}”`}` }]
}
