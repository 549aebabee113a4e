import { expect, test, vi } from 'vitest'
import { mountInApp } from '../../../tests/support/mounting.ts'
import { useActionRegistry } from '../palette/actions.ts'
import ListPage from './ListPage.vue'
import type { PageAction } from './page-actions.ts'

test('what a page offers is there by its buttons and in the palette', async () => {
  const create = vi.fn()
  const actions: PageAction[] = [
    { id: 'things.sample', title: 'Add a sample', isHidden: true, run: () => undefined },
    { id: 'things.import', title: 'Import a thing', button: 'Import', disabled: true, run: () => undefined },
    { id: 'things.all', title: 'All things', to: '/things' },
    { id: 'things.new', title: 'New thing', primary: true, run: create },
  ]
  const { wrapper, router } = await mountInApp(ListPage, { props: { title: 'Things', actions } })
  const buttons = wrapper.findAll('.v-btn')
  expect(buttons.map((button) => button.text())).toEqual(['Import', 'All things', 'New thing'])
  expect(buttons[0]?.attributes('disabled')).toBeDefined()
  expect(buttons[1]?.attributes('href')).toBe('/things')
  await buttons[2]?.trigger('click')
  expect(create).toHaveBeenCalledOnce()

  const offered = useActionRegistry().actions
  expect(offered.map(({ title, group }) => `${group}: ${title}`)).toEqual([
    'Things: Add a sample',
    'Things: All things',
    'Things: New thing',
  ])
  await offered[1]?.run()
  expect(router.currentRoute.value.path).toBe('/things')
  wrapper.unmount()
})
