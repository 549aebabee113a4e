import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [{ path: '/clouds', component: () => import('./CloudsPage.vue') }]
