/** What a terminal showed when the window went away, and how far its output was. */
export interface SavedScreen {
  offset: number
  text: string
}

const key = (terminalId: string): string => `farmhand.screen.${terminalId}`
const longestText = 400_000

/** Keeps a screen for the next load of this tab; one that is too large is left to the engine's replay. */
export function saveScreen(terminalId: string, screen: SavedScreen): void {
  if (screen.text.length > longestText) return
  try {
    sessionStorage.setItem(key(terminalId), JSON.stringify(screen))
  } catch {
    // The browser's storage is full: the engine replays its output instead.
    sessionStorage.removeItem(key(terminalId))
  }
}

/** Takes the kept screen of a terminal, once. */
export function takeScreen(terminalId: string): SavedScreen | null {
  const stored = sessionStorage.getItem(key(terminalId))
  sessionStorage.removeItem(key(terminalId))
  if (stored === null) return null
  try {
    const screen = JSON.parse(stored) as Partial<SavedScreen>
    return typeof screen.offset === 'number' && typeof screen.text === 'string'
      ? { offset: screen.offset, text: screen.text }
      : null
  } catch {
    return null
  }
}
