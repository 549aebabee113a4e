import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [{ path: '/keys', component: () => import('./KeysPage.vue') }]
