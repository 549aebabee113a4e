import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  {
    path: '/servers',
    component: () => import('./ServersPage.vue'),
    meta: { crumbs: [{ title: 'Servers' }] },
  },
  {
    path: '/servers/:serverId',
    component: () => import('./ServerPage.vue'),
    props: true,
    meta: { crumbs: [{ title: 'Servers', to: '/servers' }] },
  },
]
