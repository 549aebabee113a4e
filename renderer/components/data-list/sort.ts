import type { CellValue, Column } from './columns.ts'

/** By which column a list is sorted. */
export interface Sorting {
  column: string
  descending: boolean
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

/** Compares two values of a cell; nothing comes last, text counts its numbers (`web #2` before `web #10`). */
export function compareValues(a: CellValue, b: CellValue): number {
  if (a === b) return 0
  if (a === null) return 1
  if (b === null) return -1
  if (typeof a === 'string' && typeof b === 'string') return collator.compare(a, b)
  return Number(a) - Number(b)
}

/** The rows in order; equal ones keep theirs, and empty cells stay last in both directions. */
export function sortRows<Row>(
  rows: readonly Row[],
  sorting: Sorting | null,
  columns: readonly Column<Row>[],
): readonly Row[] {
  const column = columns.find((candidate) => candidate.id === sorting?.column)
  if (sorting === null || column === undefined) return rows
  const keyed = rows.map((row) => ({ row, value: column.value(row) }))
  const direction = sorting.descending ? -1 : 1
  // Many rows share few values: the collator is asked once for each pair of different texts.
  const ranks = rankOf(keyed.map((entry) => entry.value))
  keyed.sort((a, b) => {
    if (a.value === null || b.value === null) return compareValues(a.value, b.value)
    if (ranks === null) return direction * compareValues(a.value, b.value)
    return direction * ((ranks.get(a.value) ?? 0) - (ranks.get(b.value) ?? 0))
  })
  return keyed.map((entry) => entry.row)
}

/** The position of each different text, or null when the values are not all text. */
function rankOf(values: readonly CellValue[]): Map<CellValue, number> | null {
  const distinct = new Set<string>()
  for (const value of values) {
    if (typeof value === 'string') distinct.add(value)
    else if (value !== null) return null
  }
  const ranks = new Map<CellValue, number>()
  let rank = -1
  let before: string | undefined
  for (const value of [...distinct].sort(collator.compare)) {
    if (before === undefined || collator.compare(before, value) !== 0) rank += 1
    ranks.set(value, rank)
    before = value
  }
  return ranks
}
