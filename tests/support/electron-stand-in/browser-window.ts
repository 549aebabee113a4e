import type { BrowserContext, Frame, Page, Request as PageRequest } from '@playwright/test'
import { emitPreventable, KnownEvents } from './known-events.ts'
import type { MessagePortMain } from './message-channel.ts'
import { PreloadWorld } from './preload-world.ts'
import { report } from './report.ts'

/** Chromium knows no scheme of ours, so pages of `farmhand://app/` live under a loopback name there. */
export const PAGE_ORIGIN = 'http://app.farmhand.localhost'

function toPageUrl(url: string): string {
  return url.replace(/^farmhand:\/\/app(?=\/|$)/, PAGE_ORIGIN)
}

function toAppUrl(url: string): string {
  return url.startsWith(`${PAGE_ORIGIN}/`) ? `farmhand://app${url.slice(PAGE_ORIGIN.length)}` : url
}

/** What a window needs of the rest of the stand-in. */
export interface StandInWorld {
  /** The running Chromium and the address of its debugging port. */
  chromium: () => Promise<{ context: BrowserContext; cdp: string }>
  onIpc: (contents: WebContents, channel: string, args: unknown[]) => void
  onContents: (contents: WebContents) => void
  onLoaded: (contents: WebContents) => Promise<void>
  onAllClosed: () => void
}

type OpenHandler = (details: { url: string }) => { action: 'allow' | 'deny' }
let nextId = 1

export class WebContents extends KnownEvents {
  readonly id = nextId++
  page: Page | undefined
  world: PreloadWorld | undefined
  /** What main itself loads does not ask `will-navigate`. */
  isLoadingByMain = false
  #openHandler: OpenHandler = () => ({ action: 'allow' })

  constructor() {
    super(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])
  }

  getURL(): string {
    return toAppUrl(this.page?.url() ?? '')
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler
  }

  askToOpen(url: string): void {
    const { action } = this.#openHandler({ url })
    if (action === 'allow') throw new Error('The stand-in cannot show a window that a page opened.')
  }

  postMessage(channel: string, message: unknown, ports: readonly MessagePortMain[] = []): void {
    if (!this.world) throw new Error('The window shows no page yet.')
    this.world.postMessage(channel, message, ports)
  }
}

interface WindowOptions extends Record<string, unknown> {
  width: number
  height: number
  webPreferences: { preload: string; sandbox: boolean; contextIsolation: boolean; nodeIntegration: boolean }
}

/** `BrowserWindow` as pages of the stand-in's Chromium. */
export function browserWindowClass(world: StandInWorld) {
  const windows: BrowserWindow[] = []

  class BrowserWindow extends KnownEvents {
    /** Windows that a page has opened and that are not closed yet; pages that a test driver opens are none. */
    static deniedPopups = 0

    static getAllWindows(): BrowserWindow[] {
      return [...windows]
    }

    /** The window in which a page stands, or undefined for a page that no window shows (a popup). */
    static of(page: Page): BrowserWindow | undefined {
      return windows.find((window) => window.webContents.page === page)
    }

    readonly webContents = new WebContents()
    readonly #options: WindowOptions

    constructor(options: WindowOptions) {
      super(['ready-to-show', 'close', 'closed'])
      const { sandbox, contextIsolation, nodeIntegration } = options.webPreferences
      if (!sandbox || !contextIsolation || nodeIntegration) {
        throw new Error('The stand-in only shows sandboxed, isolated windows without Node.')
      }
      this.#options = options
      windows.push(this)
      world.onContents(this.webContents)
    }

    async loadURL(url: string): Promise<void> {
      const { context, cdp } = await world.chromium()
      const page = context.pages().find((one) => !BrowserWindow.of(one)) ?? (await context.newPage())
      const { webContents } = this
      const { webPreferences } = this.#options
      webContents.page = page
      webContents.world = await PreloadWorld.attach(page, webPreferences.preload, {
        onIpc: (channel, args) => world.onIpc(webContents, channel, args),
        onWindowOpen: (opened) => {
          webContents.askToOpen(toAppUrl(opened))
          BrowserWindow.deniedPopups += 1
        },
      })
      page.on('close', () => this.#closed())
      webContents.isLoadingByMain = true
      await page.goto(toPageUrl(url))
      webContents.isLoadingByMain = false
      await world.onLoaded(webContents)
      report({ kind: 'window', cdp, options: this.#options })
      this.emit('ready-to-show')
    }

    show(): void {
      if (!this.webContents.page) throw new Error('The window shows no page yet.')
    }

    getNormalBounds(): { x: number; y: number; width: number; height: number } {
      return { x: 40, y: 30, width: this.#options.width, height: this.#options.height }
    }

    isMinimized(): boolean {
      return false
    }

    restore(): void {
      throw new Error('The stand-in has no minimized windows.')
    }

    focus(): void {
      report({ kind: 'focused' })
    }

    #closed(): void {
      this.emit('close', { preventDefault: () => undefined })
      windows.splice(windows.indexOf(this), 1)
      this.emit('closed')
      if (windows.length === 0) world.onAllClosed()
    }
  }
  return BrowserWindow
}

export type StandInWindowClass = ReturnType<typeof browserWindowClass>

type Handler = (request: Request) => Promise<Response>

/** Sends every request of Chromium through main's own handlers, and asks before a page goes anywhere. */
export async function routeRequests(
  context: BrowserContext,
  BrowserWindow: StandInWindowClass,
  handlerOf: (scheme: string) => Handler | undefined,
): Promise<void> {
  // Electron makes no window that was denied; here it is made and closed.
  context.on('page', (page) => {
    if (BrowserWindow.deniedPopups === 0) return
    BrowserWindow.deniedPopups -= 1
    void page.close()
  })
  await context.route('**/*', async (route) => {
    const request = route.request()
    const url = toAppUrl(request.url())
    const frame = frameOf(request)
    const window = frame && BrowserWindow.of(frame.page())
    if (!window) return route.abort('blockedbyclient')
    const { webContents } = window
    const isMainFrame = frame === webContents.page?.mainFrame()
    if (request.isNavigationRequest() && !(isMainFrame && webContents.isLoadingByMain)) {
      const isPrevented = [
        emitPreventable(webContents, 'will-frame-navigate', { url, isMainFrame }),
        isMainFrame && emitPreventable(webContents, 'will-navigate', { url, isMainFrame }),
      ].includes(true)
      if (isPrevented) return route.abort('aborted')
    }
    const handler = handlerOf(new URL(url).protocol.slice(0, -1))
    if (!handler) return route.continue()
    const body = request.postDataBuffer()
    const init = { method: request.method(), ...(body ? { body: new Uint8Array(body) } : {}) }
    const response = await handler(new Request(url, init))
    await route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    })
  })
}

/** The frame of a request; undefined for the first request of a popup, whose frame is not made yet. */
function frameOf(request: PageRequest): Frame | undefined {
  try {
    return request.frame()
  } catch {
    return undefined
  }
}
