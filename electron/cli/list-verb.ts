import type { Client } from './connect.ts'
import type { Context } from './context.ts'
import { table, type Columns } from './paint.ts'

/** The action of an `ls`: prints what `find` answers as a table, or as a document of what `told` says of each row. */
export function listing<Row, Options>(
  context: Context,
  find: (client: Client, options: Options) => Promise<readonly Row[]>,
  columns: Columns<Row>,
  told: (row: Row) => unknown = (row) => row,
) {
  return (options: Options): Promise<void> =>
    context.withClient(async (client) => {
      const rows = await find(client, options)
      await context.print(
        rows.map((row) => told(row)),
        () => table(columns, rows, context.paint),
      )
    })
}
