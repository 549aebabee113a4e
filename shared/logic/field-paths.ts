import { formatPath } from './zod-faults.ts'

/** One value of a design: where it is, and a key that stays the same when a named item moves in its list. */
export interface Field {
  path: string
  key: string
  value: unknown
}

type Step = string | number

/**
 * Every single value of a design by its path: `network.hostname`, `tags.team`, `storage.volumes[0].sizeGib`. Lists of
 * plain values are one value. A part that may be missing (a lease, a RAID) is a value of its own, true while it is there.
 */
export function fieldsOf(value: unknown): Field[] {
  const fields: Field[] = []
  walk(value, [], [], fields)
  return fields
}

/** Parts of which null means that they are not there. */
const OPTIONAL_PARTS = /(?:^|\.)(?:lease|spot|raid|snapshots|allowedHours)$/

/** Lists of things with a name, of which each is told by itself. */
const ITEM_LISTS = /(?:^|\.)volumes$/

function walk(value: unknown, path: readonly Step[], key: readonly Step[], fields: Field[]): void {
  const where = formatPath(path)
  if (Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null)) {
    for (const [position, item] of value.entries()) {
      const named = (item as { name?: unknown }).name
      const itemKey = [...key, typeof named === 'string' && named !== '' ? named : position]
      fields.push({ path: formatPath([...path, position]), key: formatPath(itemKey), value: true })
      walk(item, [...path, position], itemKey, fields)
    }
    return
  }
  // No items are no value: the items of the other side tell themselves.
  if (Array.isArray(value) && value.length === 0 && ITEM_LISTS.test(where)) return
  const isPart = OPTIONAL_PARTS.test(where)
  if (isPart && (typeof value === 'object' || value === undefined)) {
    fields.push({ path: where, key: formatPath(key), value: value != null })
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [name, inner] of Object.entries(value)) walk(inner, [...path, name], [...key, name], fields)
  } else if (path.length > 0 && !isPart) {
    fields.push({ path: where, key: formatPath(key), value })
  }
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
