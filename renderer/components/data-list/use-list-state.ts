import { computed, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { remembered } from '../../stores/remembered.ts'
import type { Column } from './columns.ts'
import { createRowText, filterRows, parseFilter } from './filter.ts'
import { sortRows, type Sorting } from './sort.ts'

/** A named combination of filter, order and columns. */
interface SavedView {
  name: string
  filter: string
  sorting: Sorting | null
  columns: string[]
}

export interface ListState<Row> {
  filter: Ref<string>
  sorting: Ref<Sorting | null>
  /** Columns that are shown, in the list's own order. */
  shown: ComputedRef<Column<Row>[]>
  /** Rows that pass the filter, in order. */
  rows: ComputedRef<readonly Row[]>
  views: Ref<{ saved: SavedView[] }>
  toggleColumn(id: string): void
  sortBy(column: Column<Row>): void
  saveView(name: string): void
  applyView(view: SavedView): void
  removeView(view: SavedView): void
}

interface Remembered {
  columns: string[] | null
  sorting: Sorting | null
}

/**
 * What a person chose to see of a list: the filter stands in the address (`?q=`, when `inAddress`), order and columns are
 * remembered under the list's name.
 */
export function useListState<Row extends object>(options: {
  name: string
  rows: () => readonly Row[]
  columns: () => readonly Column<Row>[]
  initialSorting: Sorting | null
  inAddress: boolean
}): ListState<Row> {
  const route = useRoute()
  const router = useRouter()
  const memory = remembered<Remembered>(`list.${options.name}`, {
    columns: null,
    sorting: options.initialSorting,
  })
  const views = remembered<{ saved: SavedView[] }>(`views.${options.name}`, { saved: [] })
  const path = route.path
  const local = ref('')
  const fromAddress = (): string => (typeof route.query.q === 'string' ? route.query.q : '')
  const typed = shallowRef(options.inAddress ? fromAddress() : '')

  /** Changes of the address that are ours and under way: what is typed meanwhile must not be taken back by them. */
  let writing = 0
  watch(fromAddress, (q) => {
    if (options.inAddress && writing === 0 && route.path === path && q !== typed.value.trim()) typed.value = q
  })

  const filter = computed({
    get: () => (options.inAddress ? typed.value : local.value),
    set: (text: string) => {
      if (!options.inAddress) {
        local.value = text
        return
      }
      typed.value = text
      const { q: _, ...others } = route.query
      const q = text.trim()
      writing += 1
      void router.replace({ query: q === '' ? others : { ...others, q } }).finally(() => (writing -= 1))
    },
  })
  const sorting = computed({
    get: () => memory.value.sorting,
    set: (next: Sorting | null) => (memory.value.sorting = next),
  })
  const isShown = (column: Column<Row>): boolean =>
    memory.value.columns === null ? column.hidden !== true : memory.value.columns.includes(column.id)
  const shown = computed(() => options.columns().filter(isShown))
  const keys = computed(() => options.columns().flatMap(({ filterKey }) => filterKey ?? []))
  const rowText = computed(() => createRowText(options.columns()))
  // In order first: what is typed into the filter then costs no sorting.
  const sorted = computed(() => sortRows(options.rows(), sorting.value, options.columns()))
  const rows = computed(() =>
    filterRows(sorted.value, parseFilter(filter.value, keys.value), options.columns(), rowText.value),
  )

  return {
    filter,
    sorting,
    shown,
    rows,
    views,
    toggleColumn(id) {
      const ids = shown.value.map((column) => column.id)
      memory.value.columns = ids.includes(id) ? ids.filter((known) => known !== id) : [...ids, id]
    },
    sortBy(column) {
      const same = sorting.value?.column === column.id
      if (same && sorting.value?.descending === true) sorting.value = options.initialSorting
      else sorting.value = { column: column.id, descending: same }
    },
    saveView(name) {
      const view = {
        name,
        filter: filter.value,
        sorting: sorting.value,
        columns: shown.value.map((column) => column.id),
      }
      views.value.saved = [...views.value.saved.filter((known) => known.name !== name), view]
    },
    applyView(view) {
      filter.value = view.filter
      sorting.value = view.sorting
      memory.value.columns = [...view.columns]
    },
    removeView(view) {
      views.value.saved = views.value.saved.filter((known) => known.name !== view.name)
    },
  }
}
