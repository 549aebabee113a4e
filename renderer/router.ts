import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'

/** Every folder of pages has a `routes.ts` that exports `routes`; pages load when they are first visited. */
const folders = import.meta.glob<{ routes: RouteRecordRaw[] }>('./pages/*/routes.ts', { eager: true })

/** The router; addresses stand behind `#`, so that they work in every host. */
export function createAppRouter() {
  return createRouter({
    history: createWebHashHistory(),
    routes: [
      ...Object.values(folders).flatMap((folder) => folder.routes),
      { path: '/:anything(.*)*', redirect: '/' },
    ],
  })
}
