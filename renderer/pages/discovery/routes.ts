import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  { path: '/discovery', component: () => import('./DiscoveryPage.vue') },
]
