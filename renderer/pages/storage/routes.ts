import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [{ path: '/storage', component: () => import('./StoragePage.vue') }]
