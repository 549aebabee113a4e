import { BrowserWindow, nativeTheme, session, shell, type WebContents } from 'electron'
import { APP_URL, isAppUrl } from './app-protocol.ts'
import type { DesktopSettings } from './desktop-settings.ts'

/** Permissions that the app's own page may have; everything else is denied. */
const ALLOWED: ReadonlySet<string> = new Set(['clipboard-read', 'clipboard-sanitized-write', 'fullscreen'])

/** Opens the app's one window: sandboxed, isolated, and unable to go anywhere else. */
export function openMainWindow(parts: {
  preload: string
  settings: DesktopSettings
  devTools: boolean
}): BrowserWindow {
  const window = new BrowserWindow({
    ...parts.settings.window,
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
    parts.settings.window = window.getNormalBounds()
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
export function restrictNavigation(contents: WebContents): void {
  contents.on('will-navigate', (event) => {
    if (!isAppUrl(event.url)) event.preventDefault()
  })
  contents.on('will-redirect', (event) => {
    if (!isAppUrl(event.url)) event.preventDefault()
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    if (URL.canParse(url) && new URL(url).protocol === 'https:') void shell.openExternal(url)
    return { action: 'deny' }
  })
}
