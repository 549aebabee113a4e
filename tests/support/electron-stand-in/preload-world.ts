import { Buffer } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import type { CDPSession, Page } from '@playwright/test'
import type { MessagePortMain } from './message-channel.ts'

const WORLD = 'electron-preload'

/** What the shim in the page's isolated world offers to the preload script in place of `require('electron')`. */
function shim(this: void): void {
  const bridge = globalThis as unknown as Record<string, (value: string) => void>
  const listeners = new Map<string, ((event: { ports: MessagePort[] }, message: unknown) => void)[]>()
  const ports = new Map<number, MessagePort>()
  const tell = (value: object): void => bridge['standInTell']?.(JSON.stringify(value))
  const pack = (data: unknown): object => {
    if (typeof data === 'string') return { text: data }
    const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : (data as Uint8Array)
    let binary = ''
    for (const byte of bytes) binary += String.fromCharCode(byte)
    return { base64: btoa(binary) }
  }
  const unpack = (data: { text?: string; base64?: string }): string | Uint8Array =>
    data.text ?? Uint8Array.from(atob(data.base64 ?? ''), (char) => char.charCodeAt(0))
  Object.assign(globalThis, {
    standInMessage(channel: string, message: unknown, ids: number[]) {
      const handed = ids.map((id) => {
        const { port1, port2 } = new MessageChannel()
        ports.set(id, port1)
        port1.onmessage = (event) => tell({ kind: 'port', id, data: pack(event.data) })
        port1.addEventListener('close', () => tell({ kind: 'port-closed', id }))
        return port2
      })
      for (const listener of listeners.get(channel) ?? []) listener({ ports: handed }, message)
    },
    standInPort(id: number, data: { text?: string; base64?: string }) {
      ports.get(id)?.postMessage(unpack(data))
    },
    standInPortClosed(id: number) {
      ports.get(id)?.close()
    },
    require(name: string) {
      if (name !== 'electron') throw new Error(`A sandboxed preload cannot require ${name}`)
      return {
        ipcRenderer: {
          send: (channel: string, ...args: unknown[]) => tell({ kind: 'ipc', channel, args }),
          on: (channel: string, listener: () => void) => {
            listeners.set(channel, [...(listeners.get(channel) ?? []), listener])
          },
        },
        get contextBridge(): never {
          throw new Error('The stand-in has no contextBridge: the preload exposes nothing.')
        },
      }
    },
  })
}

type FromPage =
  | { kind: 'ipc'; channel: string; args: unknown[] }
  | { kind: 'port'; id: number; data: { text?: string; base64?: string } }
  | { kind: 'port-closed'; id: number }

interface Hears {
  onIpc: (channel: string, args: unknown[]) => void
  /** The page opens a window: `window.open`, a link with a target. */
  onWindowOpen: (url: string) => void
}

/** Runs the real preload script in an isolated world of the page, and carries its messages and ports. */
export class PreloadWorld {
  readonly #session: CDPSession
  readonly #ports = new Map<number, MessagePortMain>()
  readonly #hears: Hears
  #contextId: number | undefined
  #nextPort = 1

  private constructor(session: CDPSession, hears: Hears) {
    this.#session = session
    this.#hears = hears
  }

  static async attach(page: Page, preloadFile: string, hears: Hears): Promise<PreloadWorld> {
    const session = await page.context().newCDPSession(page)
    const world = new PreloadWorld(session, hears)
    const preload = await readFile(preloadFile, 'utf8')
    const { frameTree } = await session.send('Page.getFrameTree')
    session.on('Runtime.executionContextCreated', ({ context }) => {
      const frameId: unknown = context.auxData?.['frameId']
      if (context.name === WORLD && frameId === frameTree.frame.id) world.#contextId = context.id
    })
    session.on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
      if (executionContextId === world.#contextId) world.#gone()
    })
    session.on('Runtime.executionContextsCleared', () => world.#gone())
    session.on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === 'standInTell') world.#heard(JSON.parse(payload) as FromPage)
    })
    session.on('Page.windowOpen', ({ url }) => hears.onWindowOpen(url))
    await session.send('Page.enable')
    await session.send('Runtime.enable')
    await session.send('Runtime.addBinding', { name: 'standInTell', executionContextName: WORLD })
    const source = `if (window === window.top) {
      (${shim.toString()})();((require, module, exports) => {${preload}\n})(require, { exports: {} }, {})
    }`
    await session.send('Page.addScriptToEvaluateOnNewDocument', { source, worldName: WORLD })
    return world
  }

  /** `webContents.postMessage`: the ports are carried over to the page. */
  postMessage(channel: string, message: unknown, ports: readonly MessagePortMain[]): void {
    const ids = ports.map((port) => {
      const id = this.#nextPort++
      this.#ports.set(id, port)
      port.on('message', ({ data }: { data: unknown }) => this.#call('standInPort', id, pack(data)))
      port.on('close', () => this.#call('standInPortClosed', id))
      port.start()
      return id
    })
    this.#call('standInMessage', channel, message, ids)
  }

  #call(name: string, ...args: unknown[]): void {
    const contextId = this.#contextId
    if (contextId === undefined) return
    const expression = `${name}(${args.map((arg) => JSON.stringify(arg)).join(',')})`
    // A page that has gone meanwhile has no use for it.
    this.#session.send('Runtime.evaluate', { expression, contextId }).catch(() => undefined)
  }

  #heard(message: FromPage): void {
    switch (message.kind) {
      case 'ipc':
        this.#hears.onIpc(message.channel, message.args)
        return
      case 'port': {
        const { text, base64 } = message.data
        this.#ports.get(message.id)?.postMessage(text ?? Buffer.from(base64 ?? '', 'base64'))
        return
      }
      case 'port-closed':
        this.#ports.get(message.id)?.close()
        this.#ports.delete(message.id)
    }
  }

  #gone(): void {
    this.#contextId = undefined
    for (const port of this.#ports.values()) port.close()
    this.#ports.clear()
  }
}

function pack(data: unknown): object {
  if (typeof data === 'string') return { text: data }
  const bytes = data instanceof ArrayBuffer ? Buffer.from(data) : Buffer.from(data as Uint8Array)
  return { base64: bytes.toString('base64') }
}
