/** What is selected in a list, by id, and where the next range starts. */
export interface Selection {
  readonly ids: ReadonlySet<string>
  readonly anchor: string | null
}

export const nothingSelected: Selection = { ids: new Set(), anchor: null }

/** Selects one row alone. */
export function selectOne(id: string): Selection {
  return { ids: new Set([id]), anchor: id }
}

/** Takes a row in or out. */
export function toggle(selection: Selection, id: string): Selection {
  const ids = new Set(selection.ids)
  if (!ids.delete(id)) ids.add(id)
  return { ids, anchor: id }
}

/** Selects everything between the anchor and a row, in the order that is shown; what was selected stays with `add`. */
export function selectRange(
  selection: Selection,
  id: string,
  order: readonly string[],
  add: boolean,
): Selection {
  const from = selection.anchor === null ? -1 : order.indexOf(selection.anchor)
  const to = order.indexOf(id)
  if (from < 0 || to < 0) return selectOne(id)
  const ids = new Set(add ? selection.ids : [])
  for (const between of order.slice(Math.min(from, to), Math.max(from, to) + 1)) ids.add(between)
  return { ids, anchor: selection.anchor }
}

/** Everything that is shown. */
export function selectAll(order: readonly string[]): Selection {
  return { ids: new Set(order), anchor: order[0] ?? null }
}

/** Leaves out what no longer exists; the same object when nothing is gone. */
export function keepExisting(selection: Selection, exists: (id: string) => boolean): Selection {
  const ids = [...selection.ids].filter(exists)
  if (ids.length === selection.ids.size) return selection
  return {
    ids: new Set(ids),
    anchor: selection.anchor !== null && exists(selection.anchor) ? selection.anchor : null,
  }
}
