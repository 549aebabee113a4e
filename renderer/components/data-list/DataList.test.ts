import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { mountInApp } from '../../../tests/support/mounting.ts'
import type { BulkAction, Column, RowAction } from './columns.ts'
import DataList from './DataList.vue'
import { timeColumn } from './time-column.ts'

interface Row {
  id: string
  name: string
  state: string
}
const columns: Column<Row>[] = [
  { id: 'name', title: 'Name', value: (row) => row.name, widthPx: 100 },
  { id: 'state', title: 'State', value: (row) => row.state, widthPx: 100, filterKey: 'state' },
]
const manyRows = (count: number): Row[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `r${index}`,
    name: `row #${index}`,
    state: index % 2 === 0 ? 'running' : 'stopped',
  }))

let mounted: VueWrapper | undefined
beforeEach(() => {
  localStorage.clear()
  // happy-dom lays nothing out: the window of virtual rows needs a height.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(320)
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(800)
})
afterEach(() => {
  mounted?.unmount()
  vi.restoreAllMocks()
})

async function show(props: Record<string, unknown> = {}, path = '/list') {
  const bulk = vi.fn()
  const bulkActions: BulkAction<Row>[] = [
    { id: 'stop', title: 'Stop', icon: '', applies: (row) => row.state === 'running', run: bulk },
  ]
  const { wrapper, router } = await mountInApp(DataList as never, {
    path,
    props: {
      name: 'rows',
      label: 'Rows',
      rows: manyRows(1000),
      columns,
      bulkActions,
      ...props,
    },
  })
  mounted = wrapper
  await flushPromises()
  const grid = wrapper.find('[role=grid]')
  const names = (): string[] => wrapper.findAll('[data-row] [data-column=name]').map((cell) => cell.text())
  const press = (key: string, more: Record<string, unknown> = {}) => grid.trigger('keydown', { key, ...more })
  return { wrapper, router, grid, names, press, bulk }
}

test('draws the rows in view only, and tells how many there are', async () => {
  const { grid, names } = await show()
  expect(grid.attributes('aria-rowcount')).toBe('1001')
  expect(names()[0]).toBe('row #0')
  expect(names().length).toBeLessThan(60)
})

test('the filter of the address is in force, and typing changes the address', async () => {
  const { wrapper, router, names } = await show({}, '/list?q=state:stopped')
  expect(names()[0]).toBe('row #1')
  expect(wrapper.find('.count').text()).toBe('500 of 1,000')
  const input = wrapper.find('input[role=combobox]')
  await input.setValue('#999')
  await flushPromises()
  expect(names()).toEqual(['row #999'])
  await expect.poll(() => router.currentRoute.value.query.q).toBe('state:stopped #999')
})

test('the arrow keys move, space selects, shift extends, and a bulk action gets the rows it applies to', async () => {
  const { wrapper, press, bulk } = await show()
  await press('ArrowDown')
  await press(' ')
  await press('ArrowDown', { shiftKey: true })
  await press('ArrowDown', { shiftKey: true })
  expect(wrapper.find('[role=toolbar]').text()).toContain('3 selected')
  await wrapper.find('[role=toolbar] button').trigger('click')
  expect(bulk.mock.calls[0]?.[0].map((row: Row) => row.id)).toEqual(['r0', 'r2'])
  await press('Escape')
  expect(wrapper.find('[role=toolbar]').exists()).toBe(false)
})

test('Enter and double click open a row', async () => {
  const { wrapper, press } = await show()
  await press('End')
  await press('Enter')
  await wrapper.find('[data-row=r3]').trigger('dblclick')
  expect(wrapper.emitted('open')?.map(([row]) => (row as Row).id)).toEqual(['r999', 'r3'])
})

test('Control A selects what the filter shows; rows that vanish leave the selection', async () => {
  const { wrapper, press } = await show({ rows: manyRows(10) }, '/list?q=state:running')
  await press('a', { ctrlKey: true })
  expect(wrapper.find('[role=toolbar]').text()).toContain('5 selected')
  await wrapper.setProps({ rows: manyRows(5) } as never)
  expect(wrapper.find('[role=toolbar]').text()).toContain('3 selected')
})

test('a click on a title sorts, a second one turns the order around', async () => {
  const { wrapper, names } = await show({ rows: manyRows(12) })
  const title = wrapper.find('[role=columnheader] button')
  await title.trigger('click')
  await title.trigger('click')
  expect(names().slice(0, 3)).toEqual(['row #11', 'row #10', 'row #9'])
  expect(wrapper.find('[aria-sort]').attributes('aria-sort')).toBe('descending')
})

test('an action in a row runs without selecting it; a disabled one says why', async () => {
  const run = vi.fn()
  const rowActions = (row: Row): RowAction[] => [
    {
      id: 'go',
      title: 'Go',
      icon: '',
      inline: 'always',
      run,
      ...(row.state === 'stopped' ? { disabled: 'It is stopped.' } : {}),
    },
  ]
  const { wrapper } = await show({ rowActions })
  await wrapper.find('[data-row=r0] button').trigger('click')
  expect(run).toHaveBeenCalledOnce()
  expect(wrapper.find('[role=toolbar]').exists()).toBe(false)
  expect(wrapper.find('[data-row=r1] button').attributes()).toMatchObject({
    title: 'Go: It is stopped.',
    disabled: '',
  })
})

test.each([
  ['loading', { rows: [], source: { status: 'loading', error: null } }, '[role=status]', ''],
  [
    'failed',
    { rows: [], source: { status: 'failed', error: { message: 'The cloud is away.' } } },
    '[role=alert]',
    'The cloud is away.',
  ],
])('without rows, %s is told', async (_, props, selector, text) => {
  const { wrapper } = await show(props)
  expect(wrapper.find(selector).text()).toContain(text)
})

test('a column of times says how long ago, and has a word for none', async () => {
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
  const made = new Map([['r0', minutesAgo(3)]])
  const { wrapper } = await show({
    rows: manyRows(2),
    columns: [
      timeColumn<Row>({
        id: 'made',
        title: 'Made',
        value: ({ id }) => made.get(id) ?? null,
        widthPx: 100,
        empty: 'never',
      }),
    ],
  })
  expect(wrapper.findAll('[data-column=made]').map((cell) => cell.text())).toEqual(['3 min. ago', 'never'])
  expect(wrapper.find('[data-column=made] time').attributes('datetime')).toBe(made.get('r0'))
})

test('shift on a row selects no text, and the list has the focus', async () => {
  const { wrapper, grid } = await show()
  const box = wrapper.get('[data-row] .check').element
  const press = (shiftKey: boolean) => {
    const event = new MouseEvent('mousedown', { bubbles: true, cancelable: true, shiftKey })
    box.dispatchEvent(event)
    return event.defaultPrevented
  }
  expect(press(false)).toBe(false)
  expect(press(true)).toBe(true)
  expect(document.activeElement).toBe(grid.element)
})
