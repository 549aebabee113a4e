import { BrowserWindow, nativeTheme, session, shell, type WebContents } from 'electron'
import type { Log } from '../engine/ports.ts'
import { APP_URL, isAppUrl } from './app-protocol.ts'
import type { WindowState } from './window-state.ts'

/** Permissions that the app's own page may have; everything else is denied. */
const ALLOWED: ReadonlySet<string> = new Set(['clipboard-read', 'clipboard-sanitized-write', 'fullscreen'])

/** Opens the app's one window: sandboxed, isolated, and unable to go anywhere else. */
export function openMainWindow(parts: {
  preload: string
  state: WindowState
  devTools: boolean
}): BrowserWindow {
  const window = new BrowserWindow({
    ...parts.state.read(),
    minWidth: 900,
    minHeight: 600,
    show: false,
    title: 'Farmhand',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#14171a' : '#ffffff',
    webPreferences: {
      preload: parts.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      devTools: parts.devTools,
    },
  })
  window.once('ready-to-show', () => window.show())
  window.on('close', () => {
    parts.state.write(window.getNormalBounds())
  })
  void window.loadURL(APP_URL)
  return window
}

/** Denies every permission that is not listed, to everyone but the app's page. */
export function restrictPermissions(): void {
  const isAllowed = (contents: WebContents | null, permission: string): boolean =>
    ALLOWED.has(permission) && contents !== null && isAppUrl(contents.getURL())
  session.defaultSession.setPermissionRequestHandler((contents, permission, answer) => {
    answer(isAllowed(contents, permission))
  })
  session.defaultSession.setPermissionCheckHandler((contents, permission) => isAllowed(contents, permission))
}

/** No page leaves the app, opens a window or embeds another: https links go to the person's browser. */
export function restrictNavigation(contents: WebContents, log: Log): void {
  const stay = (event: { url: string; preventDefault: () => void }): void => {
    if (isAppUrl(event.url)) return
    event.preventDefault()
    log.warn({ url: event.url }, 'a page that wanted to leave the app was kept')
  }
  contents.on('will-navigate', stay)
  contents.on('will-frame-navigate', stay)
  contents.on('will-redirect', stay)
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    if (URL.canParse(url) && new URL(url).protocol === 'https:') void shell.openExternal(url)
    return { action: 'deny' }
  })
}
