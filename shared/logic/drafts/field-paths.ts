import { formatPath } from '../documents/zod-faults.ts'

/** A value of a design that two versions have differently; undefined where one of them has nothing at that place. */
export interface FieldDifference {
  /** `network.hostname`, `tags.team`, `storage.volumes[0].sizeGib`: in the first version, or in the second if only it has it. */
  path: string
  mine: unknown
  theirs: unknown
}

/** The way to a value; only written out where something differs. */
interface Way {
  parent: Way | null
  step: string | number
}

/** Parts of which null means that they are not there: on or off is a value of its own. */
const OPTIONAL_PARTS = /^(?:lease|spot|raid|snapshots|allowedHours)$/
/** Lists of things, of which each is told by itself; those with a name are the same thing wherever they stand. */
const ITEM_LISTS = /^(?:volumes|periods)$/

/**
 * Every single value that two versions of a design have differently. Lists of plain values are one value. What is the same
 * object in both costs nothing.
 */
export function fieldDifferences(mine: unknown, theirs: unknown): FieldDifference[] {
  const found: FieldDifference[] = []
  compare(mine, theirs, null, found)
  return found
}

function compare(mine: unknown, theirs: unknown, way: Way | null, found: FieldDifference[]): void {
  if (Object.is(mine, theirs)) return
  const name = way === null ? '' : String(way.step)
  if (ITEM_LISTS.test(name)) {
    compareItems(asList(mine), asList(theirs), way, found)
    return
  }
  if (OPTIONAL_PARTS.test(name)) {
    const [isMine, isTheirs] = [mine != null, theirs != null]
    if (isMine !== isTheirs) {
      found.push({
        path: written(way),
        mine: mine === undefined ? undefined : isMine,
        theirs: theirs === undefined ? undefined : isTheirs,
      })
    }
    compareKeys(asRecord(mine), asRecord(theirs), way, found)
    return
  }
  const [ownKeys, otherKeys] = [asRecord(mine), asRecord(theirs)]
  if ((ownKeys && (otherKeys || theirs === undefined)) || (otherKeys && mine === undefined)) {
    compareKeys(ownKeys, otherKeys, way, found)
  } else if (way !== null && !sameValue(mine, theirs)) {
    found.push({ path: written(way), mine, theirs })
  }
}

function compareKeys(
  mine: Record<string, unknown> | null,
  theirs: Record<string, unknown> | null,
  way: Way | null,
  found: FieldDifference[],
): void {
  for (const key in mine) compare(mine[key], theirs?.[key], { parent: way, step: key }, found)
  for (const key in theirs) {
    if (mine === null || !(key in mine)) {
      compare(undefined, theirs[key], { parent: way, step: key }, found)
    }
  }
}

/** Things are matched by name, or by place where they have none. */
function compareItems(
  mine: readonly unknown[],
  theirs: readonly unknown[],
  way: Way | null,
  found: FieldDifference[],
): void {
  const keyOf = (item: unknown, position: number): unknown => asRecord(item)?.name ?? position
  const others = new Map(theirs.map((item, position) => [keyOf(item, position), { item, position }]))
  for (const [position, item] of mine.entries()) {
    const here: Way = { parent: way, step: position }
    const other = others.get(keyOf(item, position))
    others.delete(keyOf(item, position))
    if (other) compare(item, other.item, here, found)
    else found.push({ path: written(here), mine: true, theirs: undefined })
  }
  for (const { position } of others.values()) {
    found.push({ path: written({ parent: way, step: position }), mine: undefined, theirs: true })
  }
}

function asRecord(value: unknown): Record<string, unknown> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return value as Record<string, unknown>
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function written(way: Way | null): string {
  const steps: (string | number)[] = []
  for (let at = way; at !== null; at = at.parent) steps.unshift(at.step)
  return formatPath(steps)
}

/** Whether two values of a design say the same; unchanged parts are the same object and cost nothing. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => key in b && sameValue((a as never)[key], (b as never)[key]))
}
