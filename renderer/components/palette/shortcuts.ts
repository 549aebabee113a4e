import { onBeforeUnmount, onMounted } from 'vue'
import { useActionRegistry, type Action } from './actions.ts'

/** A key press in the notation of shortcuts: `mod+shift+f`, `?`, `g`. */
export function chordOf(event: KeyboardEvent, isMac: boolean): string {
  const mod = isMac ? event.metaKey : event.ctrlKey
  const key = event.key.toLowerCase()
  const showsShift = event.key.length > 1 || /[a-z]/i.test(event.key)
  return [mod ? 'mod' : '', event.altKey ? 'alt' : '', event.shiftKey && showsShift ? 'shift' : '', key]
    .filter(Boolean)
    .join('+')
}

/** How a shortcut is written for a person: `Ctrl K`, `⌘ K`, `g then s`. */
export function shortcutWords(shortcut: string, isMac: boolean): string[] {
  const names: Record<string, string> = {
    mod: isMac ? '⌘' : 'Ctrl',
    shift: isMac ? '⇧' : 'Shift',
    alt: isMac ? '⌥' : 'Alt',
    enter: '↵',
    escape: 'Esc',
    arrowdown: '↓',
    arrowup: '↑',
    arrowleft: '←',
    arrowright: '→',
    space: 'Space',
  }
  return shortcut
    .split(' ')
    .flatMap((chord) =>
      chord.split('+').map((key) => names[key] ?? (key.length === 1 ? key.toUpperCase() : key)),
    )
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.closest('input, textarea, select, .xterm') !== null
}

/** Which action a list of chords (the last is the newest) asks for; a longer sequence wins. */
export function actionFor(actions: readonly Action[], chords: readonly string[]): Action | undefined {
  const [previous, last] = [chords.at(-2), chords.at(-1)]
  const sequence = actions.find((action) => action.shortcut === `${previous} ${last}`)
  return sequence ?? actions.find((action) => action.shortcut === last)
}

const sequenceMs = 1200

/** Listens for every registered shortcut; while a person types, only those with `mod` count. */
export function useShortcuts(isMac: boolean): void {
  const registry = useActionRegistry()
  let previous: { chord: string; at: number } | undefined

  function onKeydown(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return
    const chord = chordOf(event, isMac)
    if (isTyping(event.target) && !chord.startsWith('mod+')) return
    const recent =
      previous !== undefined && event.timeStamp - previous.at < sequenceMs ? [previous.chord] : []
    const action = actionFor(registry.actions, [...recent, chord])
    previous = { chord, at: event.timeStamp }
    if (action === undefined) return
    event.preventDefault()
    previous = undefined
    action.run()
  }

  onMounted(() => window.addEventListener('keydown', onKeydown))
  onBeforeUnmount(() => window.removeEventListener('keydown', onKeydown))
}
