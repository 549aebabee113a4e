import { getCurrentScope, onScopeDispose } from 'vue'

/** Holds something until the function that it answers is called. */
export type Hold = () => () => void

/**
 * Something that goes on while anybody holds it: `start` begins it and answers how it ends, which it does `lingerMs` after
 * the last one let go.
 */
export function whileHeld(start: () => () => void, lingerMs = 0): Hold {
  let holders = 0
  let stop: (() => void) | undefined
  let leaving: ReturnType<typeof setTimeout> | undefined

  function end(): void {
    stop?.()
    stop = undefined
  }
  return () => {
    holders += 1
    clearTimeout(leaving)
    stop ??= start()
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      holders -= 1
      if (holders > 0) return
      if (lingerMs === 0) end()
      else leaving = setTimeout(end, lingerMs)
    }
  }
}

/** Holds as long as the calling component, or another scope, lives. */
export function holdInScope(hold: Hold): void {
  if (getCurrentScope() !== undefined) onScopeDispose(hold())
}
