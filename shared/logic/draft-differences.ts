import type { FarmDraft } from '../model/farm-drafts.ts'

/** One field that two drafts of a farm have differently; null where one of them has no such farm role. */
export interface DraftDifference {
  where: string
  field: string
  mine: string | null
  theirs: string | null
}

/** Where two drafts of the same farm differ; farm roles are matched by id, new ones by alias. */
export function compareDrafts(mine: FarmDraft, theirs: FarmDraft): DraftDifference[] {
  const differences: DraftDifference[] = []
  const note = (where: string, field: string, a: unknown, b: unknown): void => {
    const [mineText, theirText] = [inWords(a), inWords(b)]
    if (mineText !== theirText) differences.push({ where, field, mine: mineText, theirs: theirText })
  }
  for (const field of [
    'name',
    'description',
    'ownerNote',
    'timezone',
    'launchOrder',
    'tags',
    'lease',
  ] as const) {
    note('Farm', field, mine[field], theirs[field])
  }
  const left = new Set(theirs.roles)
  for (const role of mine.roles) {
    const other = theirs.roles.find(({ id, alias }) =>
      role.id === null ? alias === role.alias : id === role.id,
    )
    if (other) left.delete(other)
    if (!other) {
      note(role.alias, 'farm role', 'is there', null)
      continue
    }
    const { key: _key, id: _id, ...fields } = role
    for (const field of Object.keys(fields) as (keyof typeof fields)[]) {
      note(role.alias, field, role[field], other[field])
    }
  }
  for (const role of left) note(role.alias, 'farm role', null, 'is there')
  return differences
}

function inWords(value: unknown): string | null {
  if (value === null) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}
