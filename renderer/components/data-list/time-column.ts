import { h } from 'vue'
import TimeAgo from '../status/TimeAgo.vue'
import type { Column } from './columns.ts'

type TimeColumn<Row> = Omit<Column<Row>, 'value' | 'draw'> & {
  value: (row: Row) => string | null
  empty?: string
}

/** A column of times (ISO 8601), drawn as how long ago they were; `empty` stands where there is none. */
export function timeColumn<Row>({ empty = '—', ...column }: TimeColumn<Row>): Column<Row> {
  return { ...column, draw: ({ row }) => h(TimeAgo, { time: column.value(row), empty }) }
}
