import { EventEmitter } from 'node:events'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { keptLog, stubEngine } from '../../tests/support/stub-engine.ts'
import { type Client, memorySettings, testFacts } from '../../tests/support/transports.ts'
import { createRouter, type EngineShape } from '../api/index.ts'
import { serveContractPorts } from './contract-port.ts'

const { ipcMain } = vi.hoisted(() => ({ ipcMain: { current: undefined as EventEmitter | undefined } }))
vi.mock('electron', () => ({
  ipcMain: {
    on: (channel: string, listener: () => void) => ipcMain.current?.on(channel, listener),
    off: (channel: string, listener: () => void) => ipcMain.current?.off(channel, listener),
  },
  MessageChannelMain: MessageChannel,
}))

beforeEach(() => {
  ipcMain.current = new EventEmitter()
})

/** A window's page that asks for the engine. */
class AskingPage {
  readonly ports: MessagePort[] = []
  readonly #sender = {
    id: 1,
    postMessage: (_channel: string, _message: unknown, [port]: [MessagePort]) => this.ports.push(port),
  }

  ask(url = 'farmhand://app/farms', parent: object | null = null): void {
    ipcMain.current?.emit('farmhand:connect', { sender: this.#sender, senderFrame: { url, parent } })
  }

  client(): Client {
    const port = this.ports.at(-1)
    if (!port) throw new Error('no port was handed over')
    port.start()
    return createORPCClient(new RPCLink({ port }))
  }
}

function serve(engine: EngineShape = stubEngine({})) {
  const log = keptLog()
  return serveContractPorts(
    createRouter({ engine, log, host: { ...testFacts, host: 'desktop' }, settings: memorySettings() }),
    log,
  )
}

describe('the port of a page', () => {
  it('speaks the contract', async () => {
    const stop = serve()
    const page = new AskingPage()
    page.ask()
    expect((await page.client().system.info()).host).toBe('desktop')
    stop()
  })

  it.each([
    'https://evil.example/',
    'about:blank',
    'farmhand://other/',
    'farmhand.evil://app/',
    'file:///app/',
    '',
  ])('is not for a page at “%s”', (url) => {
    const stop = serve()
    const page = new AskingPage()
    page.ask(url)
    expect(page.ports).toEqual([])
    stop()
  })

  it('is not for a frame inside the page', () => {
    const stop = serve()
    const page = new AskingPage()
    page.ask('farmhand://app/', {})
    expect(page.ports).toEqual([])
    stop()
  })

  it.each(['the page asks again', 'the app ends'])('is closed with its streams when %s', async (reason) => {
    let end = (): void => undefined
    const ended = new Promise<void>((resolve) => (end = resolve))
    const stop = serve(
      stubEngine({
        feed: {
          async *subscribe(_input: unknown, { signal }: { signal: AbortSignal }) {
            yield { kind: 'snapshot', topic: 'farms', epoch: 'e', revision: 0, entities: [] }
            await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
            end()
          },
        },
      }),
    )
    const page = new AskingPage()
    page.ask()
    const stream = await page.client().feed.subscribe({ topics: ['farms'] })
    await stream.next()
    if (reason === 'the app ends') stop()
    else page.ask()
    await ended
    stop()
    const handedOver = page.ports.length
    page.ask()
    expect(page.ports).toHaveLength(handedOver)
  })
})
