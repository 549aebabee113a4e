import type { DraftRole, FarmDraft } from '../../model/farm-drafts.ts'
import { fieldDifferences } from './field-paths.ts'
import { fieldWords, valueWords } from './field-words.ts'

/** One field that two drafts of a farm have differently; null where one of them has no such farm role or part. */
export interface DraftDifference {
  /** `Farm`, or the alias of a farm role. */
  where: string
  /** Its path in the first draft, such as `roles[1].network.hostname`; in the second where only that has it. */
  path: string
  field: string
  mine: string | null
  theirs: string | null
}

/** How roles and clouds are called; ids are shown where it is left out. */
export interface DraftNames {
  role: (id: string) => string
  cloud: (id: string) => string
}

const idsAsNames: DraftNames = { role: (id) => id, cloud: (id) => id }

/** Where two drafts of the same farm differ, field by field; farm roles are matched by id, new ones by alias. */
export function compareDrafts(
  mine: FarmDraft,
  theirs: FarmDraft,
  names: DraftNames = idsAsNames,
): DraftDifference[] {
  const { roles: myRoles, ...myFarm } = mine
  const { roles: theirRoles, ...theirFarm } = theirs
  const differences = compareFields(myFarm, theirFarm, 'Farm', '', names)
  const left = new Set(theirRoles)
  for (const [position, role] of myRoles.entries()) {
    const path = `roles[${position}]`
    const other = theirRoles.find(({ id, alias }) =>
      role.id === null ? id === null && alias === role.alias : id === role.id,
    )
    if (other) {
      left.delete(other)
      differences.push(...compareRoles(role, other, path, names))
    } else {
      differences.push({ where: role.alias, path, field: 'farm role', mine: 'is there', theirs: null })
    }
  }
  for (const role of left) {
    const path = `roles[${theirRoles.indexOf(role)}]`
    differences.push({ where: role.alias, path, field: 'farm role', mine: null, theirs: 'is there' })
  }
  const [order, otherOrder] = [orderOf(myRoles, theirRoles), orderOf(theirRoles, myRoles)]
  if (order !== otherOrder) {
    differences.push({ where: 'Farm', path: 'roles', field: 'order', mine: order, theirs: otherOrder })
  }
  return differences
}

/** Where two versions of a farm role differ, field by field; `path` is that of the farm role. */
export function compareRoles(
  mine: DraftRole,
  theirs: DraftRole,
  path: string,
  names: DraftNames = idsAsNames,
): DraftDifference[] {
  if (mine === theirs) return []
  const { key: _key, id: _id, ...mineSaid } = mine
  const { key: _otherKey, id: _otherId, ...theirsSaid } = theirs
  return compareFields(mineSaid, theirsSaid, mine.alias || theirs.alias, path, names)
}

function compareFields(
  mine: Partial<Omit<FarmDraft, 'roles'> & DraftRole>,
  theirs: Partial<Omit<FarmDraft, 'roles'> & DraftRole>,
  where: string,
  prefix: string,
  names: DraftNames,
): DraftDifference[] {
  return fieldDifferences(mine, theirs).map((difference): DraftDifference => {
    const { path } = difference
    const side = difference.mine === undefined ? theirs : mine
    const words = (value: unknown): string | null =>
      value === undefined ? null : inWords(path, value, names)
    return {
      where,
      path: prefix === '' ? path : `${prefix}.${path}`,
      field: fieldWords(path, (position) => volumeName(side, position)),
      mine: words(difference.mine),
      theirs: words(difference.theirs),
    }
  })
}

function volumeName(side: Partial<Pick<DraftRole, 'storage'>>, position: number): string | undefined {
  return side.storage?.volumes[position]?.name
}

function inWords(path: string, value: unknown, names: DraftNames): string {
  if (path === 'roleId' && typeof value === 'string') return names.role(value)
  if (path === 'cloudId' && typeof value === 'string') return names.cloud(value)
  return valueWords(path, value)
}

/** The aliases of the farm roles that the other draft has too, in order. */
function orderOf(roles: readonly DraftRole[], others: readonly DraftRole[]): string {
  const nameOf = new Map(others.map((role) => [role.id ?? role.alias, role.alias]))
  return roles.flatMap((role) => nameOf.get(role.id ?? role.alias) ?? []).join(', ')
}
