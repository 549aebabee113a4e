import { mdiCancel, mdiRestore } from '@mdi/js'
import type { Deprecation } from '../../../shared/model/deprecation.ts'
import type { RowAction } from '../../components/data-list/columns.ts'

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

/** What can be done about a role’s or image’s deprecation: begin it, or take it back. */
export function deprecationAction(
  { deprecated }: { deprecated: Deprecation | null },
  run: { deprecate: () => unknown; undeprecate: () => unknown },
): RowAction {
  return deprecated
    ? { id: 'undeprecate', title: 'No longer deprecated', icon: mdiRestore, run: run.undeprecate }
    : { id: 'deprecate', title: 'Deprecate…', icon: mdiCancel, run: run.deprecate }
}
