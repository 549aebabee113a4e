import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [{ path: '/roles', component: () => import('./RolesPage.vue') }]
