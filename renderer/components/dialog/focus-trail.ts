import { defineStore } from 'pinia'
import { onScopeDispose } from 'vue'

const remembered = 12

/**
 * What had the focus, the latest last. Menus are left out: they are gone once something was chosen, and what opened them
 * stands before them. It begins with the shell, whose dialogs are there from the start.
 */
export const useFocusTrail = defineStore('focus-trail', () => {
  let trail: readonly HTMLElement[] = []

  function note({ target }: FocusEvent): void {
    if (!(target instanceof HTMLElement) || target.closest('.v-menu')) return
    trail = [...trail.filter((element) => element !== target), target].slice(-remembered)
  }
  document.addEventListener('focusin', note)
  onScopeDispose(() => document.removeEventListener('focusin', note))

  return {
    /** Answers how to give the focus back to what has it now, or, when that is gone, to what had it before. */
    mark(): () => void {
      const marked = trail
      return () => {
        const last = marked.findLast((element) => element.isConnected && !element.closest('[inert]'))
        // A list moves by keys as a whole: its rows and their buttons do not.
        const home = last?.closest<HTMLElement>('[role=grid]') ?? last
        home?.focus({ preventScroll: true })
      }
    },
  }
})
