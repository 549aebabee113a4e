import { EventEmitter } from 'node:events'
import type { BrowserContext, Page, Route } from '@playwright/test'
import type { MessagePortMain } from './message-channel.ts'
import { PreloadWorld } from './preload-world.ts'

/** Chromium knows no scheme of ours, so pages of `farmhand://app/` live under a loopback name there. */
const PAGE_ORIGIN = 'http://app.farmhand.localhost'

export function toPageUrl(url: string): string {
  return url.replace(/^farmhand:\/\/app(?=\/|$)/, PAGE_ORIGIN)
}
export function toAppUrl(url: string): string {
  return url.startsWith(PAGE_ORIGIN) ? `farmhand://app${url.slice(PAGE_ORIGIN.length)}` : url
}

/** What the stand-in's parts share. */
export interface StandInWorld {
  context: () => Promise<BrowserContext>
  handler: (scheme: string) => ((request: Request) => Promise<Response>) | undefined
  onIpc: (contents: WebContents, channel: string, args: unknown[]) => void
  onContents: (contents: WebContents) => void
}

type OpenHandler = (details: { url: string }) => { action: 'allow' | 'deny' }
let nextId = 1

export class WebContents extends EventEmitter {
  readonly id = nextId++
  page: Page | undefined
  world: PreloadWorld | undefined
  openHandler: OpenHandler = () => ({ action: 'allow' })

  getURL(): string {
    return toAppUrl(this.page?.url() ?? '')
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.openHandler = handler
  }

  postMessage(channel: string, message: unknown, ports: readonly MessagePortMain[] = []): void {
    this.world?.postMessage(channel, message, ports)
  }
}

interface WindowOptions {
  webPreferences: { preload: string; sandbox: boolean; contextIsolation: boolean; nodeIntegration: boolean }
}

/** A page of the shared Chromium in place of a window. */
export function browserWindowClass(world: StandInWorld) {
  return class BrowserWindow extends EventEmitter {
    static readonly windows: BrowserWindow[] = []
    static getAllWindows(): BrowserWindow[] {
      return [...this.windows]
    }

    readonly webContents = new WebContents()
    readonly #options: WindowOptions

    constructor(options: WindowOptions) {
      super()
      const { sandbox, contextIsolation, nodeIntegration } = options.webPreferences
      if (!sandbox || !contextIsolation || nodeIntegration) {
        throw new Error('The stand-in only shows sandboxed, isolated windows without Node.')
      }
      this.#options = options
      BrowserWindow.windows.push(this)
      setImmediate(() => world.onContents(this.webContents))
    }

    async loadURL(url: string): Promise<void> {
      const context = await world.context()
      const page = await context.newPage()
      const { webContents } = this
      webContents.page = page
      webContents.world = await PreloadWorld.attach(
        page,
        this.#options.webPreferences.preload,
        (channel, args) => world.onIpc(webContents, channel, args),
      )
      await page.route('**/*', (route) => answer(route, page, webContents, world))
      page.on('popup', (popup) => {
        if (webContents.openHandler({ url: popup.url() }).action === 'deny') void popup.close()
      })
      page.on('close', () => {
        this.emit('close')
        BrowserWindow.windows.splice(BrowserWindow.windows.indexOf(this), 1)
        this.emit('closed')
      })
      await page.goto(toPageUrl(url))
      this.emit('ready-to-show')
    }

    show(): void {
      this.emit('show')
    }
    getNormalBounds() {
      return { x: 0, y: 0, width: 1280, height: 800 }
    }
    isMinimized(): boolean {
      return false
    }
    restore(): void {
      this.emit('restore')
    }
    focus(): void {
      void this.webContents.page?.bringToFront()
    }
  }
}

async function answer(route: Route, page: Page, contents: WebContents, world: StandInWorld): Promise<void> {
  const request = route.request()
  const url = toAppUrl(request.url())
  if (request.isNavigationRequest() && request.frame() === page.mainFrame() && page.url() !== 'about:blank') {
    let isPrevented = false
    contents.emit('will-navigate', { url, preventDefault: () => (isPrevented = true) })
    if (isPrevented) {
      await route.abort('aborted')
      return
    }
  }
  const handler = world.handler(new URL(url).protocol.slice(0, -1))
  if (!handler) {
    await route.abort('blockedbyclient')
    return
  }
  const response = await handler(new Request(url, { method: request.method() }))
  await route.fulfill({
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  })
}
