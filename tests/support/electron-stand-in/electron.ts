/*
 * Stands in for the module `electron` where its binary cannot be had: runs the real main and preload scripts in Node against
 * a real Chromium. It has what Farmhand's shell uses and nothing more; what it lacks fails as a missing import.
 * The first line on stdout is JSON: {"cdp": endpoint of that Chromium}.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { homedir } from 'node:os'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContext, chromium } from '@playwright/test'
import { findChromium } from '../../../build/find-chromium.mjs'
import { browserWindowClass, type WebContents } from './browser-window.ts'

export { MessageChannelMain } from './message-channel.ts'

let browser: Browser | undefined
let contextOpening: Promise<BrowserContext> | undefined

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function openContext(): Promise<BrowserContext> {
  const port = await freePort()
  const executablePath = findChromium()
  browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [
      `--remote-debugging-port=${port}`,
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
    ],
  })
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'UTC',
  })
  process.stdout.write(`${JSON.stringify({ cdp: `http://127.0.0.1:${port}` })}\n`)
  return context
}

class App extends EventEmitter {
  readonly isPackaged = false
  readonly name = 'Farmhand'
  whenReady(): Promise<void> {
    return Promise.resolve()
  }
  requestSingleInstanceLock(): boolean {
    return process.env['STAND_IN_SECOND_INSTANCE'] !== '1'
  }
  enableSandbox(): void {
    this.emit('sandbox-enabled')
  }
  getVersion(): string {
    return '0.1.0'
  }
  getPath(name: string): string {
    const userData = process.env['STAND_IN_USER_DATA']
    return name === 'home' || userData === undefined ? homedir() : userData
  }
  quit(): void {
    let isPrevented = false
    this.emit('before-quit', { preventDefault: () => (isPrevented = true) })
    if (isPrevented) return
    this.emit('will-quit')
    void (browser?.close() ?? Promise.resolve()).finally(() => process.exit(0))
  }
}
export const app = new App()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => app.quit())

type Handler = (request: Request) => Promise<Response>
const handlers = new Map<string, Handler>()
const privileged = new Set<string>()
export const protocol = {
  registerSchemesAsPrivileged(schemes: { scheme: string }[]): void {
    for (const { scheme } of schemes) privileged.add(scheme)
  },
  handle(scheme: string, handler: Handler): void {
    if (!privileged.has(scheme))
      throw new Error(`${scheme} was not registered as privileged before the app was ready`)
    handlers.set(scheme, handler)
  },
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
}
export const net = {
  async fetch(url: string): Promise<Response> {
    const file = fileURLToPath(url)
    const body = new Uint8Array(await readFile(file))
    return new Response(body, {
      headers: { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' },
    })
  },
}

export const ipcMain = new EventEmitter()
export const BrowserWindow = browserWindowClass({
  context: () => (contextOpening ??= openContext()),
  handler: (scheme) => handlers.get(scheme),
  onContents: (contents) => app.emit('web-contents-created', {}, contents),
  onIpc(contents: WebContents, channel, args) {
    const senderFrame = { url: contents.getURL(), parent: null }
    ipcMain.emit(channel, { sender: contents, senderFrame }, ...args)
  },
})
app.on('will-quit', () => BrowserWindow.windows.splice(0))

const key = createHash('sha256').update('stand-in keychain').digest()
export const safeStorage = {
  isEncryptionAvailable: () => true,
  getSelectedStorageBackend: () => process.env['STAND_IN_KEYRING'] ?? 'gnome_libsecret',
  encryptString(text: string): Buffer {
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, iv)
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Buffer.concat([iv, cipher.getAuthTag(), sealed])
  },
  decryptString(sealed: Buffer): string {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12))
    decipher.setAuthTag(sealed.subarray(12, 28))
    return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8')
  },
}

export const session = {
  defaultSession: {
    setPermissionRequestHandler: (handler: unknown) => app.emit('permission-request-handler', handler),
    setPermissionCheckHandler: (handler: unknown) => app.emit('permission-check-handler', handler),
  },
}
export const shell = {
  async openExternal(url: string): Promise<void> {
    process.stdout.write(`${JSON.stringify({ openedExternally: url })}\n`)
  },
}
export const dialog = {
  showErrorBox(title: string, content: string): void {
    process.stdout.write(`${JSON.stringify({ errorBox: { title, content } })}\n`)
  },
}
export const Menu = {
  buildFromTemplate: (template: unknown) => template,
  setApplicationMenu: (menu: unknown) => app.emit('menu', menu),
}
export const nativeTheme = { shouldUseDarkColors: false }
/** Only so that libraries which look for it find it absent. */
export const ipcRenderer = undefined

export default {
  app,
  protocol,
  net,
  ipcMain,
  BrowserWindow,
  safeStorage,
  session,
  shell,
  dialog,
  Menu,
  nativeTheme,
}
