import type { RouteRecordRaw } from 'vue-router'

const farms = { title: 'Farms', to: '/farms' }

export const routes: RouteRecordRaw[] = [
  { path: '/farms', component: () => import('./FarmsPage.vue') },
  {
    path: '/farms/new',
    component: () => import('./FarmDesignerPage.vue'),
    props: { farmId: null },
    meta: { crumbs: [farms, { title: 'New farm' }] },
  },
  { path: '/farms/:farmId', component: () => import('./FarmPage.vue'), props: true },
  {
    path: '/farms/:farmId/design',
    component: () => import('./FarmDesignerPage.vue'),
    props: true,
    meta: { crumbs: [farms, { title: 'Design' }] },
  },
  {
    path: '/farms/:farmId/plan',
    component: () => import('./FarmPlanPage.vue'),
    props: true,
    meta: { crumbs: [farms, { title: 'Plan' }] },
  },
]
