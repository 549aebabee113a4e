/**
 * Moves the focus to the field of a fault: the element whose `data-path` is the path, or the nearest one that holds it. The
 * page opens the field's place first.
 */
export function focusPath(root: ParentNode, path: string): void {
  for (let wanted = path; ; wanted = wanted.replace(/(\.[^.[\]]+|\[[^\]]*\]|^[^.[\]]+)$/, '')) {
    const place = root.querySelector<HTMLElement>(`[data-path="${CSS.escape(wanted)}"]`)
    if (place) {
      place.scrollIntoView({ block: 'center' })
      const field = place.querySelector<HTMLElement>('input:not([type=hidden]), textarea, select, button')
      ;(field ?? place).focus()
      return
    }
    if (wanted === '') return
  }
}
