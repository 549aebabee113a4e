import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  { path: '/servers', component: () => import('./ServersPage.vue') },
  { path: '/servers/:serverId', component: () => import('./ServerPage.vue'), props: true },
]
