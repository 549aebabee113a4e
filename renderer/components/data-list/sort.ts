import type { CellValue, Column } from './columns.ts'

/** By which column a list is sorted. */
export interface Sorting {
  column: string
  descending: boolean
}

const digits = 12

/** A text in the form whose plain order is the one people expect: numbers count, case and accents do not. */
function orderKey(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .toLowerCase()
    .replaceAll(/\d+/g, (number) => number.padStart(digits, '0'))
}

/** Compares two values of a cell; nothing comes last, text counts its numbers (`web #2` before `web #10`). */
export function compareValues(a: CellValue, b: CellValue): number {
  if (a === b) return 0
  if (a === null) return 1
  if (b === null) return -1
  if (typeof a === 'string' && typeof b === 'string') return compareKeys(orderKey(a), orderKey(b))
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
  const known = new Map<string, string>()
  const keyed = rows.map((row) => {
    const value = column.value(row)
    if (typeof value !== 'string') return { row, value }
    let key = known.get(value)
    if (key === undefined) {
      key = orderKey(value)
      known.set(value, key)
    }
    return { row, value: key }
  })
  const direction = sorting.descending ? -1 : 1
  keyed.sort((a, b) => {
    if (a.value === null || b.value === null) return compareValues(a.value, b.value)
    if (typeof a.value === 'string' && typeof b.value === 'string') {
      return direction * compareKeys(a.value, b.value)
    }
    return direction * (Number(a.value) - Number(b.value))
  })
  return keyed.map((entry) => entry.row)
}

function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
