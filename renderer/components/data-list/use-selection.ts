import { computed, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue'
import {
  keepExisting,
  nothingSelected,
  selectAll,
  selectOne,
  selectRange,
  toggle,
  type Selection,
} from './selection.ts'

export interface ListSelection<Row> {
  selection: ShallowRef<Selection>
  /** What is selected of the rows that are shown. */
  selected: ComputedRef<Row[]>
  isAllSelected: ComputedRef<boolean>
  clear: () => void
  toggleAll: () => void
  /** What a click on a row does to the selection: alone, with Shift, with Ctrl or on the row's box. */
  click: (id: string, event: MouseEvent) => void
}

/** Which rows of a list are selected; those that cease to exist leave the selection. */
export function useSelection<Row>(list: {
  allRows: () => readonly Row[]
  shownRows: () => readonly Row[]
  rowId: (row: Row) => string
}): ListSelection<Row> {
  const { rowId } = list
  const selection = shallowRef<Selection>(nothingSelected)
  const shownIds = computed(() => list.shownRows().map(rowId))
  const selected = computed(() =>
    selection.value.ids.size === 0
      ? []
      : list.shownRows().filter((row) => selection.value.ids.has(rowId(row))),
  )
  const isAllSelected = computed(
    () => shownIds.value.length > 0 && selected.value.length === shownIds.value.length,
  )
  watch(list.allRows, (rows) => {
    if (selection.value.ids.size === 0) return
    const known = new Set(rows.map(rowId))
    selection.value = keepExisting(selection.value, (id) => known.has(id))
  })

  return {
    selection,
    selected,
    isAllSelected,
    clear: () => (selection.value = nothingSelected),
    toggleAll: () => (selection.value = isAllSelected.value ? nothingSelected : selectAll(shownIds.value)),
    click(id, event) {
      const adds = event.ctrlKey || event.metaKey || isOnBox(event)
      if (event.shiftKey) selection.value = selectRange(selection.value, id, shownIds.value, adds)
      else if (adds) selection.value = toggle(selection.value, id)
      else if (selection.value.ids.size > 0) selection.value = selectOne(id)
    },
  }
}

/** Whether an event happened on the box that selects a row. */
export function isOnBox({ target }: Event): boolean {
  return target instanceof Element && target.closest('.check') !== null
}
