import type { RouteRecordRaw } from 'vue-router'

const crumb = { title: 'Security groups', to: '/groups' }

export const routes: RouteRecordRaw[] = [
  {
    path: '/groups',
    component: () => import('./SecurityGroupsPage.vue'),
    meta: { crumbs: [{ title: crumb.title }] },
  },
  {
    path: '/groups/:cloudId/:location/:groupId',
    component: () => import('./SecurityGroupPage.vue'),
    meta: { crumbs: [crumb] },
  },
]
