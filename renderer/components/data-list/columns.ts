import type { VNodeChild } from 'vue'

/** What a cell is sorted, filtered, exported and copied by. */
export type CellValue = string | number | boolean | null

/** Draws the cell of a row. */
export type CellDrawing<Row> = (scope: { row: Row }) => VNodeChild

/** One column of a list. Its cell is drawn by the slot `cell-<id>`, or by `draw`; otherwise it shows `text` or the value. */
export interface Column<Row> {
  id: string
  title: string
  value: (row: Row) => CellValue
  /** What a person reads, when it is not the value itself. */
  text?: (row: Row) => string
  draw?: CellDrawing<Row>
  /** Width in CSS pixels; `grow` shares what is left. */
  widthPx: number
  grow?: boolean
  align?: 'end'
  mono?: boolean
  /** Not shown until the person chooses it. */
  hidden?: boolean
  sortable?: boolean
  /** The word before the colon in a filter (`status:running`); the values that are there are suggested. */
  filterKey?: string
}

/** Something that can be done with one row. `disabled` is the reason against it now. */
export interface RowAction {
  id: string
  title: string
  icon: string
  run: () => unknown
  disabled?: string | undefined
  danger?: boolean
  /** `always` stands in the row, `hover` appears there with the pointer or focus; otherwise it is in the menu only. */
  inline?: 'always' | 'hover'
  /** Starts a new group in the menu. */
  separated?: boolean
}

/** Something that can be done with all selected rows. */
export interface BulkAction<Row> {
  id: string
  title: string
  icon: string
  danger?: boolean
  /** Whether a row takes part; the others are left out and counted. */
  applies: (row: Row) => boolean
  run: (rows: Row[]) => unknown
}

/** What a column shows for a row as text. */
export function cellText<Row>(column: Column<Row>, row: Row): string {
  if (column.text !== undefined) return column.text(row)
  const value = column.value(row)
  return value === null ? '' : String(value)
}
