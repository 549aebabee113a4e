import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [{ path: '/images', component: () => import('./ImagesPage.vue') }]
