import { cellText, type Column } from './columns.ts'

/** One piece of a filter: a word to be found anywhere, or values of one key. Pieces must all hold; values are alternatives. */
export interface FilterTerm {
  key: string | null
  values: string[]
  negated: boolean
}

const token = /(-?)(?:([a-z][\w-]*):(?:"([^"]*)"?|(\S*))|"([^"]*)"?|(\S+))/gi

/** Reads `status:running,pending -farm:shop "two words" text`. A key that the list does not have is plain text. */
export function parseFilter(text: string, keys: readonly string[]): FilterTerm[] {
  const terms: FilterTerm[] = []
  for (const match of text.matchAll(token)) {
    const [whole, minus = '', key, quotedValue, bareValues = '', quoted, bare = ''] = match
    const negated = minus === '-'
    if (key !== undefined && keys.includes(key.toLowerCase())) {
      const values = (quotedValue === undefined ? bareValues.split(',') : [quotedValue])
        .map((value) => value.toLowerCase())
        .filter((value) => value !== '')
      terms.push({ key: key.toLowerCase(), values, negated })
    } else {
      const word = key === undefined ? (quoted ?? bare) : whole.slice(minus.length)
      if (word !== '') terms.push({ key: null, values: [word.toLowerCase()], negated })
    }
  }
  return terms
}

/** A term as it is typed. */
export function formatTerm({ key, values, negated }: FilterTerm): string {
  const needsQuotes = values.length === 1 && /[\s,]/.test(values[0] ?? '')
  const written = needsQuotes ? `"${values[0] ?? ''}"` : values.join(',')
  return `${negated ? '-' : ''}${key === null ? '' : `${key}:`}${written}`
}

/** Terms as they are typed; `parseFilter` reads them back. */
export function formatFilter(terms: readonly FilterTerm[]): string {
  return terms.map(formatTerm).join(' ')
}

/** All that a row can be found by, in small letters. */
export type RowText<Row> = (row: Row) => string

/**
 * Makes the text that plain words are looked for in: every column, shown or not. It is kept per row, because rows are
 * replaced and never changed.
 */
export function createRowText<Row extends object>(columns: readonly Column<Row>[]): RowText<Row> {
  const known = new WeakMap<Row, string>()
  return (row) => {
    let text = known.get(row)
    if (text === undefined) {
      text = columns.map((column) => searchText(column, row)).join('\n')
      known.set(row, text)
    }
    return text
  }
}

/**
 * The rows that satisfy every term. A key's value matches whole words from their beginning (`pending` finds `Pending launch`);
 * plain text is looked for in every column, shown or not.
 */
export function filterRows<Row extends object>(
  rows: readonly Row[],
  terms: readonly FilterTerm[],
  columns: readonly Column<Row>[],
  rowText: RowText<Row> = createRowText(columns),
): readonly Row[] {
  const active = terms.filter((term) => term.values.length > 0)
  if (active.length === 0) return rows
  const tests = active.map((term) => testFor(term, columns, rowText))
  return rows.filter((row) => tests.every((test) => test(row)))
}

function testFor<Row>(
  term: FilterTerm,
  columns: readonly Column<Row>[],
  rowText: RowText<Row>,
): (row: Row) => boolean {
  const { key, values, negated } = term
  const column = key === null ? undefined : columns.find((candidate) => candidate.filterKey === key)
  const holds =
    column === undefined ? (row: Row) => includesAny(rowText(row), values) : valueTest(column, values)
  return negated ? (row) => !holds(row) : holds
}

/** Rows share few values: each different text is judged once. */
function valueTest<Row>(column: Column<Row>, values: readonly string[]): (row: Row) => boolean {
  const judged = new Map<string, boolean>()
  return (row) => {
    const shown = cellText(column, row)
    let fits = judged.get(shown)
    if (fits === undefined) {
      const text = shown.toLowerCase()
      const raw = String(column.value(row) ?? '').toLowerCase()
      fits = values.some((value) => raw === value || text === value || startsWithWord(text, value))
      judged.set(shown, fits)
    }
    return fits
  }
}

function searchText<Row>(column: Column<Row>, row: Row): string {
  const value = column.value(row)
  if (typeof value === 'string') return value.toLowerCase()
  return column.text === undefined ? (value === null ? '' : String(value)) : column.text(row).toLowerCase()
}

function includesAny(text: string, values: readonly string[]): boolean {
  return values.some((value) => text.includes(value))
}

function startsWithWord(text: string, value: string): boolean {
  const index = text.indexOf(value)
  return index === 0 || (index > 0 && /[\s/.-]/.test(text[index - 1] ?? ''))
}

/** The values of a key that are there, most frequent first, with how often. */
export function valuesOf<Row>(
  rows: readonly Row[],
  column: Column<Row>,
  startsWith: string,
  atMost: number,
): { value: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const row of rows) {
    const text = cellText(column, row)
    if (text !== '') counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  const wanted = startsWith.toLowerCase()
  return [...counts]
    .filter(([value]) => value.toLowerCase().includes(wanted))
    .sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))
    .slice(0, atMost)
    .map(([value, count]) => ({ value, count }))
}
