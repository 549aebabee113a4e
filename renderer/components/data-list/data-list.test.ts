import { describe, expect, test } from 'vitest'
import type { Column } from './columns.ts'
import { toCsv, toJson } from './export-rows.ts'
import { filterRows, formatFilter, parseFilter, valuesOf } from './filter.ts'
import { keepExisting, nothingSelected, selectAll, selectOne, selectRange, toggle } from './selection.ts'
import { compareValues, sortRows } from './sort.ts'

interface Row {
  id: string
  name: string
  status: string
  farm: string
  size: number | null
}
const words: Record<string, string> = {
  running: 'Running',
  pending: 'Pending',
  'pending-launch': 'Pending launch',
}
const columns: Column<Row>[] = [
  { id: 'name', title: 'Name', value: (row) => row.name, widthPx: 100 },
  {
    id: 'status',
    title: 'Status',
    value: (row) => row.status,
    text: (row) => words[row.status] ?? '',
    widthPx: 100,
    filterKey: 'status',
  },
  { id: 'farm', title: 'Farm', value: (row) => row.farm, widthPx: 100, filterKey: 'farm' },
  { id: 'size', title: 'Size', value: (row) => row.size, widthPx: 100 },
]
const rows: Row[] = [
  { id: '1', name: 'web #10', status: 'running', farm: 'shop', size: 4 },
  { id: '2', name: 'web #2', status: 'pending', farm: 'shop', size: null },
  { id: '3', name: 'db #1', status: 'pending-launch', farm: 'the big farm', size: 16 },
]

function found(text: string): string[] {
  const terms = parseFilter(text, ['status', 'farm'])
  return filterRows(rows, terms, columns).map((row) => row.id)
}

describe('filter', () => {
  test.each([
    ['', ['1', '2', '3']],
    ['status:running', ['1']],
    ['status:running,pending-launch', ['1', '3']],
    ['status:pend', ['2', '3']],
    ['-status:running', ['2', '3']],
    ['STATUS:Running', ['1']],
    ['farm:"the big farm"', ['3']],
    ['farm:big', ['3']],
    ['status:running farm:other', []],
    ['web', ['1', '2']],
    ['web -shop', []],
    ['"web #2"', ['2']],
    ['16', ['3']],
    ['status:', ['1', '2', '3']],
    ['unknown:thing', []],
  ])('%s', (text, ids) => expect(found(text)).toEqual(ids))

  test.each(['status:running,pending -farm:shop', 'farm:"the big farm" web', '-"two words"'])(
    '%s is written as it was read',
    (text) => expect(formatFilter(parseFilter(text, ['status', 'farm']))).toBe(text),
  )

  test('values are suggested with their counts', () => {
    const farm = columns[2]
    if (farm === undefined) throw new Error('no column')
    expect(valuesOf(rows, farm, '', 5)).toEqual([
      { value: 'shop', count: 2 },
      { value: 'the big farm', count: 1 },
    ])
    expect(valuesOf(rows, farm, 'BIG', 5)).toEqual([{ value: 'the big farm', count: 1 }])
  })
})

describe('sort', () => {
  test.each([
    ['name', false, ['3', '2', '1']],
    ['name', true, ['1', '2', '3']],
    ['size', false, ['1', '3', '2']],
    ['size', true, ['3', '1', '2']],
    ['nothing of the kind', false, ['1', '2', '3']],
  ])('by %s, descending %s', (column, descending, ids) => {
    expect(sortRows(rows, { column, descending }, columns).map((row) => row.id)).toEqual(ids)
  })

  test('equal rows keep their order in both directions', () => {
    const sorted = sortRows(rows, { column: 'farm', descending: true }, columns)
    expect(sorted.map((row) => row.id)).toEqual(['3', '1', '2'])
  })

  test('values of any kind compare', () => {
    expect([null, 2, 10].toSorted(compareValues)).toEqual([2, 10, null])
    expect(compareValues(false, true)).toBeLessThan(0)
  })
})

describe('selection', () => {
  const order = ['a', 'b', 'c', 'd']
  test('a range goes from the anchor either way', () => {
    expect([...selectRange(selectOne('c'), 'a', order, false).ids]).toEqual(['a', 'b', 'c'])
    expect([...selectRange(selectOne('b'), 'd', order, false).ids]).toEqual(['b', 'c', 'd'])
  })
  test('a range can be added to what is selected', () => {
    const selection = toggle(selectOne('a'), 'c')
    expect([...selectRange(selection, 'd', order, true).ids]).toEqual(['a', 'c', 'd'])
  })
  test('a range without an anchor is the row alone', () => {
    expect([...selectRange(nothingSelected, 'b', order, false).ids]).toEqual(['b'])
  })
  test('toggling twice leaves nothing', () => {
    expect(toggle(toggle(nothingSelected, 'a'), 'a').ids.size).toBe(0)
  })
  test('what is gone leaves the selection', () => {
    const all = selectAll(order)
    expect(keepExisting(all, () => true)).toBe(all)
    expect(keepExisting(all, (id) => id !== 'a')).toEqual({ ids: new Set(['b', 'c', 'd']), anchor: null })
  })
})

describe('export', () => {
  test('CSV quotes what needs it, and defuses formulas', () => {
    const risky: Row[] = [{ id: '1', name: '=1+1', status: 'running', farm: 'a "b", c', size: -2 }]
    expect(toCsv(risky, columns)).toBe('Name,Status,Farm,Size\r\n\'=1+1,Running,"a ""b"", c",-2\r\n')
  })
  test('JSON has ids and values', () => {
    expect(JSON.parse(toJson(rows.slice(1, 2), columns))).toEqual([
      { name: 'web #2', status: 'pending', farm: 'shop', size: null },
    ])
  })
})
