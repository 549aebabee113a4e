import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { WebglAddon } from '@xterm/addon-webgl'
import { type ITheme, Terminal as Screen } from '@xterm/xterm'
import type { Settings } from '../../shared/model/settings.ts'

/** A screen with what Farmhand's terminals have. */
export interface FittedScreen {
  screen: Screen
  fit: FitAddon
  search: SearchAddon
}

const LIGHT: ITheme = {
  background: '#ffffff',
  foreground: '#1b2327',
  cursor: '#0d6e5f',
  cursorAccent: '#ffffff',
  selectionBackground: '#0d6e5f40',
  black: '#1b2327',
  red: '#b3261e',
  green: '#1e7b34',
  yellow: '#8f5600',
  blue: '#1f66b5',
  magenta: '#7a3fa0',
  cyan: '#0f6f7c',
  white: '#5a676e',
  brightBlack: '#5a676e',
  brightRed: '#b3261e',
  brightGreen: '#1e7b34',
  brightYellow: '#8f5600',
  brightBlue: '#1f66b5',
  brightMagenta: '#7a3fa0',
  brightCyan: '#0f6f7c',
  brightWhite: '#1b2327',
}

const DARK: ITheme = {
  background: '#101417',
  foreground: '#dde3e6',
  cursor: '#55c2ac',
  cursorAccent: '#101417',
  selectionBackground: '#55c2ac50',
  black: '#20272c',
  red: '#ff8a80',
  green: '#5fc777',
  yellow: '#e3a94a',
  blue: '#6fb1f5',
  magenta: '#c99be8',
  cyan: '#5cc9d6',
  white: '#dde3e6',
  brightBlack: '#98a5ac',
  brightRed: '#ffaca4',
  brightGreen: '#86dc98',
  brightYellow: '#f0c47a',
  brightBlue: '#98c8fa',
  brightMagenta: '#dcbcf2',
  brightCyan: '#8adbe4',
  brightWhite: '#ffffff',
}

export function screenTheme(isDark: boolean): ITheme {
  return isDark ? DARK : LIGHT
}

/**
 * Makes a screen in an element. Links open by Ctrl or Cmd click only, and only over https or http; programs cannot reach the
 * clipboard (OSC 52 has no handler).
 */
export function createScreen(
  element: HTMLElement,
  settings: Settings['terminal'],
  isDark: boolean,
): FittedScreen {
  const screen = new Screen({
    allowProposedApi: true,
    cursorBlink: true,
    fontFamily: 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
    fontSize: settings.fontSizePx,
    scrollback: settings.scrollbackLines,
    macOptionIsMeta: true,
    screenReaderMode: settings.screenReader,
    theme: screenTheme(isDark),
    linkHandler: { activate: (event, text) => openLink(event, text) },
  })
  const fit = new FitAddon()
  const search = new SearchAddon()
  screen.loadAddon(fit)
  screen.loadAddon(search)
  screen.loadAddon(new WebLinksAddon(openLink))
  screen.open(element)
  drawByGraphicsCard(screen)
  return { screen, fit, search }
}

/** Without WebGL, or after it was taken away, xterm draws with the DOM. */
function drawByGraphicsCard(screen: Screen): void {
  try {
    const webgl = new WebglAddon()
    webgl.onContextLoss(() => webgl.dispose())
    screen.loadAddon(webgl)
  } catch {
    // xterm falls back by itself.
  }
}

function openLink(event: MouseEvent, text: string): void {
  if (!event.ctrlKey && !event.metaKey) return
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) return
  window.open(text, '_blank', 'noopener,noreferrer')
}
