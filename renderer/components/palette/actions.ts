import { defineStore } from 'pinia'
import { computed, onScopeDispose, shallowReactive, type ComputedRef } from 'vue'

/** Something a person can do now, by palette, by shortcut, or both. */
export interface Action {
  /** Unique; also the tie-breaker of equal matches. */
  id: string
  /** A verb first: `Open terminal on web #1 of shop`. */
  title: string
  /** Where it belongs: `Go to`, `Servers`, `Farm shop`. */
  group: string
  icon?: string
  /** `mod+k`, `mod+shift+f`, `?`, or a sequence: `g s`. `mod` is Ctrl, on a Mac Cmd. */
  shortcut?: string
  keywords?: string
  /** False hides it from the palette (a shortcut that only makes sense on the keyboard). */
  listed?: boolean
  run: () => unknown
}

/** Every action that the mounted parts of the app offer now. */
export const useActionRegistry = defineStore('actions', () => {
  const sources = shallowReactive(new Map<symbol, ComputedRef<readonly Action[]>>())
  const actions = computed(() => [...sources.values()].flatMap((source) => source.value))
  return {
    actions,
    add(source: ComputedRef<readonly Action[]>): () => void {
      const key = Symbol()
      sources.set(key, source)
      return () => sources.delete(key)
    },
  }
})

/**
 * Offers actions in the command palette as long as the calling component lives. `actions` is read lazily, so it may look at
 * stores: `useActions(() => servers.all.map(...))`.
 */
export function useActions(actions: () => readonly Action[]): void {
  const remove = useActionRegistry().add(computed(actions))
  onScopeDispose(remove)
}
