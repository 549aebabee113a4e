import { stripVTControlCharacters } from 'node:util'

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, cyan: 36 } as const
export type Colour = keyof typeof codes

/** Colours a text, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string

/** Colours only for a person at a terminal who did not ask for none. */
export function paintFor(
  stream: { isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): Paint {
  const isColourful = stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
  return (colour, text) => (isColourful ? `\u001b[${String(codes[colour])}m${text}\u001b[0m` : text)
}

const statusColours: Readonly<Record<string, Colour>> = {
  running: 'green',
  reachable: 'green',
  done: 'green',
  ok: 'green',
  missing: 'red',
  troubleshooting: 'red',
  failed: 'red',
  failing: 'red',
  warning: 'yellow',
  suspended: 'yellow',
  cancelled: 'yellow',
  interrupted: 'yellow',
  terminated: 'dim',
}

/** A status word in its colour; one that is on its way is cyan. */
export function paintStatus(paint: Paint, status: string): string {
  return paint(statusColours[status] ?? 'cyan', status)
}

/** The columns of a table, in order: each heading with what a cell under it says of a row. */
export type Columns<Row> = Readonly<Record<string, (row: Row, paint: Paint) => string | number>>

/** Lines of aligned columns under a head, two blanks apart. */
export function table<Row>(columns: Columns<Row>, things: readonly Row[], paint: Paint): string {
  const head = Object.keys(columns)
  const rows = things.map((one) => Object.values(columns).map((cell) => String(cell(one, paint))))
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => width(row[column] ?? ''))))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell)))
      .join('  ')
      .trimEnd()
  return `${[paint('bold', line(head)), ...rows.map(line)].join('\n')}\n`
}

/** One line without control characters, for a text that others wrote: a name cannot move the cursor. */
export function plain(text: string | null | undefined, instead = '–'): string {
  if (text === null || text === undefined || text === '') return instead
  // eslint-disable-next-line no-control-regex -- taking these out is what this does
  return stripVTControlCharacters(text).replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
}

function width(cell: string): number {
  return [...stripVTControlCharacters(cell)].length
}
