import { useTemplateRef, type Ref } from 'vue'
import { useLayout } from '../stores/layout.ts'

const smallestPx = 120
const stepPx = 24
/** What is left of the page above the panel. */
const pageAtLeastPx = 160

/** Changes the panel's height by dragging its upper edge, or with the arrow keys on it. */
export function usePanelResize(): {
  grip: Readonly<Ref<HTMLElement | null>>
  onPointerDown: (event: PointerEvent) => void
  onKeydown: (event: KeyboardEvent) => void
} {
  const layout = useLayout()
  const grip = useTemplateRef<HTMLElement>('grip')

  function setHeight(px: number): void {
    const largest = Math.max(smallestPx, window.innerHeight - pageAtLeastPx)
    layout.panel.heightPx = Math.round(Math.min(largest, Math.max(smallestPx, px)))
  }

  return {
    grip,
    onPointerDown(event) {
      const element = grip.value
      if (element === null || event.button !== 0) return
      event.preventDefault()
      const [startY, startPx] = [event.clientY, layout.panel.heightPx]
      const move = (moved: PointerEvent): void => setHeight(startPx + startY - moved.clientY)
      element.setPointerCapture(event.pointerId)
      element.addEventListener('pointermove', move)
      element.addEventListener('lostpointercapture', () => element.removeEventListener('pointermove', move), {
        once: true,
      })
    },
    onKeydown(event) {
      if (event.key === 'ArrowUp') setHeight(layout.panel.heightPx + stepPx)
      else if (event.key === 'ArrowDown') setHeight(layout.panel.heightPx - stepPx)
      else return
      event.preventDefault()
    },
  }
}
