/*
 * Stands in for the module `electron` where its binary cannot be had: runs the real main and preload scripts in Node against
 * a real Chromium. It has what Farmhand's shell uses and nothing more: an import that it lacks does not link, a listener for
 * an event that it never emits is refused. What happens is told on standard output (report.ts).
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BrowserContext, chromium } from '@playwright/test'
import { findChromium } from '../../../build/find-chromium.mjs'
import { App } from './app.ts'
import { browserWindowClass, PAGE_ORIGIN, routeRequests, type WebContents } from './browser-window.ts'
import { report } from './report.ts'

export { MessageChannelMain } from './message-channel.ts'

type Handler = (request: Request) => Promise<Response>
const handlers = new Map<string, Handler>()
const privileged = new Set<string>()
let opening: Promise<{ context: BrowserContext; cdp: string }> | undefined

async function openChromium(): Promise<{ context: BrowserContext; cdp: string }> {
  const profile = join(app.getPath('userData'), 'chromium')
  const executablePath = findChromium()
  const context = await chromium.launchPersistentContext(profile, {
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [
      '--remote-debugging-port=0',
      // Electron's own Blink tells a port that its other end was closed; Chromium has this behind a switch.
      '--enable-blink-features=MessagePortCloseEvent',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  })
  await routeRequests(context, BrowserWindow, (scheme) => handlers.get(scheme))
  const [port] = (await readFile(join(profile, 'DevToolsActivePort'), 'utf8')).split('\n')
  return { context, cdp: `http://127.0.0.1:${port ?? ''}` }
}

export const app = new App(async () => {
  for (const window of BrowserWindow.getAllWindows())
    window.emit('close', { preventDefault: () => undefined })
  await opening?.then(({ context }) => context.close())
})

export const protocol = {
  registerSchemesAsPrivileged(schemes: { scheme: string }[]): void {
    app.mustBeEarly('protocol.registerSchemesAsPrivileged')
    for (const { scheme } of schemes) privileged.add(scheme)
  },
  handle(scheme: string, handler: Handler): void {
    app.mustBeReady('protocol.handle')
    if (!privileged.has(scheme)) throw new Error(`${scheme} was not registered as privileged.`)
    handlers.set(scheme, handler)
  },
}

export const ipcMain = new EventEmitter()

export const BrowserWindow = browserWindowClass({
  chromium: () => (opening ??= openChromium()),
  onContents(contents) {
    app.mustBeReady('BrowserWindow')
    app.emit('web-contents-created', {}, contents)
  },
  onLoaded: grantPermissions,
  onAllClosed: () => app.emit('window-all-closed'),
  onIpc(contents, channel, args) {
    const senderFrame = { url: contents.getURL(), parent: null }
    ipcMain.emit(channel, { sender: contents, senderFrame }, ...args)
  },
})

/** The keyring of this machine: `STAND_IN_KEYRING` names its kind, `STAND_IN_KEYRING_USER` whose it is. */
const keyringKey = createHash('sha256')
  .update(`stand-in ${process.env['STAND_IN_KEYRING_USER'] ?? 'user'}`)
  .digest()

export const safeStorage = {
  isAsyncEncryptionAvailable(): Promise<boolean> {
    app.mustBeReady('safeStorage')
    return Promise.resolve(true)
  },
  getSelectedStorageBackend: () => process.env['STAND_IN_KEYRING'] ?? 'gnome_libsecret',
  encryptStringAsync(text: string): Promise<Buffer> {
    app.mustBeReady('safeStorage')
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', keyringKey, iv)
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Promise.resolve(Buffer.concat([iv, cipher.getAuthTag(), sealed]))
  },
  async decryptStringAsync(sealed: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }> {
    app.mustBeReady('safeStorage')
    const decipher = createDecipheriv('aes-256-gcm', keyringKey, sealed.subarray(0, 12))
    decipher.setAuthTag(sealed.subarray(12, 28))
    const result = Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8')
    return { result, shouldReEncrypt: false }
  },
}

type RequestHandler = (contents: WebContents, permission: string, answer: (granted: boolean) => void) => void
type CheckHandler = (contents: WebContents | null, permission: string) => boolean
let requestHandler: RequestHandler | undefined
let checkHandler: CheckHandler | undefined

export const session = {
  defaultSession: {
    setPermissionRequestHandler: (handler: RequestHandler) => (requestHandler = handler),
    setPermissionCheckHandler: (handler: CheckHandler) => (checkHandler = handler),
  },
}

/** Electron's names of permissions, and Chromium's. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  'clipboard-read': 'clipboard-read',
  'clipboard-sanitized-write': 'clipboard-write',
  geolocation: 'geolocation',
  midi: 'midi',
  notifications: 'notifications',
}

/** Chromium asks nobody here, so main's handlers are asked beforehand; without handlers, Electron grants everything. */
async function grantPermissions(contents: WebContents): Promise<void> {
  const granted: string[] = []
  for (const [permission, name] of Object.entries(PERMISSIONS)) {
    let request = requestHandler === undefined
    requestHandler?.(contents, permission, (answer) => (request = answer))
    if (request && (checkHandler?.(contents, permission) ?? true)) granted.push(name)
  }
  await contents.page?.context().grantPermissions(granted, { origin: PAGE_ORIGIN })
}

export const shell = {
  openExternal(url: string): Promise<void> {
    report({ kind: 'opened-externally', url })
    return Promise.resolve()
  },
}

export const dialog = {
  showErrorBox: (title: string, content: string) => report({ kind: 'error-box', title, content }),
}

const ROLES = new Set([
  ...['appMenu', 'fileMenu', 'editMenu', 'windowMenu', 'resetZoom', 'zoomIn', 'zoomOut'],
  ...['togglefullscreen', 'reload', 'toggleDevTools'],
])
interface MenuItem {
  role?: string
  submenu?: MenuItem[]
}

export const Menu = {
  buildFromTemplate(template: MenuItem[]): MenuItem[] {
    for (const { role, submenu } of template) {
      if (role !== undefined && !ROLES.has(role)) throw new Error(`There is no menu role “${role}”.`)
      if (submenu) Menu.buildFromTemplate(submenu)
    }
    return template
  },
  setApplicationMenu(menu: MenuItem[]): void {
    const rolesOf = (items: MenuItem[]): string[] =>
      items.flatMap(({ role, submenu }) => [role ?? [], rolesOf(submenu ?? [])].flat())
    report({ kind: 'menu', roles: rolesOf(menu) })
  },
}

export const nativeTheme = {
  themeSource: 'system',
  get shouldUseDarkColors(): boolean {
    return this.themeSource === 'dark'
  },
}

export const screen = {
  getDisplayMatching: () => ({ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }),
}

/** Libraries take the whole module and look for what they know. */
export default {
  app,
  protocol,
  ipcMain,
  BrowserWindow,
  safeStorage,
  session,
  shell,
  dialog,
  Menu,
  nativeTheme,
  screen,
}
