import { createPinia } from 'pinia'
import { expect, test } from 'vitest'
import { createApp, type ComputedRef } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { type Crumb, useShownCrumbs } from './crumbs.ts'

test('there is no breadcrumb before the first page is there', async () => {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/:anything(.*)*', component: { render: () => null } }],
  })
  const app = createApp({ render: () => null })
    .use(createPinia())
    .use(router)
  const crumbs: ComputedRef<readonly Crumb[]> = app.runWithContext(useShownCrumbs)
  expect(crumbs.value).toEqual([])
  await router.push('/servers')
  expect(crumbs.value.map(({ title }) => title)).toEqual(['Servers'])
})
