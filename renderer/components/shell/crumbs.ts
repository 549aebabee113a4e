import { defineStore } from 'pinia'
import { computed, onScopeDispose, shallowReactive, type ComputedRef } from 'vue'
import { useRoute, type RouteLocationNormalizedLoaded } from 'vue-router'
import { isWithin, places } from './places.ts'

/** What a route says besides its page: the breadcrumb's words, outermost first, where its place alone does not say them. */
declare module 'vue-router' {
  interface RouteMeta {
    /** Where one is, e.g. `[{ title: 'Servers', to: '/servers' }]`; the page itself may add its own name. */
    crumbs?: readonly { title: string; to?: string }[]
  }
}

/** One step of where one is. */
export interface Crumb {
  title: string
  to?: string
}

const useCrumbStore = defineStore('crumbs', () => ({
  pages: shallowReactive(new Map<symbol, ComputedRef<readonly Crumb[]>>()),
}))

/** Lets a page write the breadcrumb itself: `useCrumbs(() => [{ title: 'Servers', to: '/servers' }, { title: name }])`. */
export function useCrumbs(crumbs: () => readonly Crumb[]): void {
  const store = useCrumbStore()
  const key = Symbol()
  store.pages.set(key, computed(crumbs))
  onScopeDispose(() => store.pages.delete(key))
}

/** The breadcrumb to show: the page's own, or the route's, or its place; none before the first page is there. */
export function useShownCrumbs(): ComputedRef<readonly Crumb[]> {
  const store = useCrumbStore()
  const route = useRoute()
  return computed(() => [...store.pages.values()].at(-1)?.value ?? route.meta.crumbs ?? placeOf(route))
}

function placeOf({ path, matched }: RouteLocationNormalizedLoaded): readonly Crumb[] {
  if (matched.length === 0) return []
  return places
    .filter(({ to }) => isWithin(path, to))
    .map(({ title, to }) => (path === to ? { title } : { title, to }))
}
