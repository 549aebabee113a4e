import { nothingSelected, selectAll, selectOne, selectRange, toggle, type Selection } from './selection.ts'

/** What the keyboard does in a list: moves, selects, opens. `ids` are in the order that is shown. */
export function listKeyHandler(list: {
  ids: () => readonly string[]
  active: () => string | null
  selection: () => Selection
  selectable: () => boolean
  pageRows: () => number
  move: (id: string) => void
  select: (selection: Selection) => void
  open: (id: string) => void
  menu: (id: string) => void
}): (event: KeyboardEvent) => void {
  function moveTo(index: number, event: KeyboardEvent): void {
    const ids = list.ids()
    const id = ids[Math.max(0, Math.min(ids.length - 1, index))]
    if (id === undefined) return
    if (event.shiftKey && list.selectable()) {
      const selection = list.selection()
      const anchored = selection.anchor === null ? selectOne(list.active() ?? id) : selection
      list.select(selectRange(anchored, id, ids, false))
    }
    list.move(id)
  }

  return (event) => {
    if (event.target !== event.currentTarget) return
    const ids = list.ids()
    const active = list.active()
    const at = active === null ? -1 : ids.indexOf(active)
    const mod = event.ctrlKey || event.metaKey
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at < 0 ? 0 : at - 1,
      PageDown: at + list.pageRows(),
      PageUp: at - list.pageRows(),
      Home: 0,
      End: ids.length - 1,
    }
    const target = steps[event.key]
    if (target !== undefined && !mod && !event.altKey) moveTo(target, event)
    else if (event.key === ' ' && active !== null && list.selectable())
      list.select(toggle(list.selection(), active))
    else if (mod && event.key.toLowerCase() === 'a' && list.selectable()) list.select(selectAll(ids))
    else if (event.key === 'Escape' && list.selection().ids.size > 0) list.select(nothingSelected)
    else if (event.key === 'Enter' && active !== null) list.open(active)
    else if ((event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) && active !== null)
      list.menu(active)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
}
