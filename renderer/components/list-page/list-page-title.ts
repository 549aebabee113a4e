import type { InjectionKey } from 'vue'

/** The title of a page that is one list, for that list. */
export const listPageTitle: InjectionKey<() => string> = Symbol('title of the list page')
