import { nextTick, watch, type Ref } from 'vue'

/**
 * Keeps the first visible row where it is while rows come and go above it. At the top of the list the list stays at its
 * top, so that new rows are seen.
 */
export function useScrollAnchor(options: {
  ids: () => readonly string[]
  scroller: Readonly<Ref<HTMLElement | undefined>>
  rowHeightPx: number
}): void {
  const { scroller, rowHeightPx } = options
  watch(
    options.ids,
    async (after, before) => {
      const element = scroller.value
      if (element === undefined || element.scrollTop < rowHeightPx) return
      const first = Math.floor(element.scrollTop / rowHeightPx)
      const offset = element.scrollTop - first * rowHeightPx
      // The first visible row may be the one that went: then the next one that stays holds the place.
      for (let index = first; index < Math.min(first + 50, before.length); index += 1) {
        const id = before[index]
        const now = id === undefined ? -1 : after[index] === id ? index : after.indexOf(id)
        if (now < 0) continue
        if (now !== index) {
          await nextTick()
          element.scrollTop = (now - (index - first)) * rowHeightPx + offset
        }
        return
      }
    },
    { flush: 'pre' },
  )
}
