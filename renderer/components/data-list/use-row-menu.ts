import { computed, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { usePlatform } from '../../client/index.ts'
import { useMessages } from '../../stores/messages.ts'
import { cellText, type Column, type RowAction } from './columns.ts'

export interface RowMenuState {
  isOpen: Ref<boolean>
  at: ComputedRef<[x: number, y: number]>
  actions: ComputedRef<readonly RowAction[]>
  /** The text of the cell that it was opened on. */
  cell: ComputedRef<string | null>
  openAt: (id: string, at: [x: number, y: number], columnId: string | null) => void
  copyCell: () => Promise<void>
}

/** The menu of one row: what can be done with it, and the cell that can be copied. */
export function useRowMenu<Row>(list: {
  rowById: (id: string) => Row | undefined
  columns: () => readonly Column<Row>[]
  rowActions: () => ((row: Row) => RowAction[]) | undefined
  closed: () => void
}): RowMenuState {
  const platform = usePlatform()
  const messages = useMessages()
  const isOpen = ref(false)
  const place = shallowRef<{ id: string; at: [number, number]; cell: string | null }>()
  watch(isOpen, (open) => {
    if (!open) list.closed()
  })

  return {
    isOpen,
    at: computed(() => place.value?.at ?? [0, 0]),
    cell: computed(() => place.value?.cell ?? null),
    actions: computed(() => {
      const row = place.value && list.rowById(place.value.id)
      return row === undefined ? [] : (list.rowActions()?.(row) ?? [])
    }),
    openAt(id, at, columnId) {
      const row = list.rowById(id)
      const column = list.columns().find((candidate) => candidate.id === columnId)
      place.value = { id, at, cell: row && column ? cellText(column, row) : null }
      isOpen.value = true
    },
    async copyCell() {
      const cell = place.value?.cell ?? null
      if (cell === null) return
      await platform.copyText(cell)
      messages.say('Copied.')
    },
  }
}
