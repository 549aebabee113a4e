import { MessageChannel } from 'node:worker_threads'
import { createORPCClient } from '@orpc/client'
import { RPCLink as MessagePortLink } from '@orpc/client/message-port'
import { RPCLink as WebSocketLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { createRouterClient } from '@orpc/server'
import { RPCHandler as MessagePortHandler } from '@orpc/server/message-port'
import { WebSocket } from 'ws'
import {
  createRouter,
  type EngineShape,
  type HostFacts,
  type SettingsStore,
} from '../../electron/api/index.ts'
import type { Log } from '../../electron/engine/ports.ts'
import { startHeadlessHost, type HeadlessHostOptions } from '../../electron/headless/http-host.ts'
import { createToken, subprotocolsFor } from '../../electron/headless/token.ts'
import type { Contract } from '../../shared/contract/index.ts'
import { Settings } from '../../shared/model/settings.ts'

export type Client = ContractRouterClient<Contract>

/** A client of the contract over some transport, and how both ends go away. */
export interface Connected {
  client: Client
  close(): Promise<void>
}

export const testFacts: HostFacts = {
  version: '0.0.0-test',
  host: 'headless',
  dataDir: '/nowhere',
  keychain: 'file',
  startedAt: '2026-01-01T00:00:00.000Z',
}

/** Preferences in memory. */
export function memorySettings(): SettingsStore {
  let settings = Settings.parse({})
  return {
    read: () => Promise.resolve(settings),
    change: (patch) => {
      settings = Settings.parse({
        ...settings,
        ...patch,
        terminal: { ...settings.terminal, ...patch.terminal },
      })
      return Promise.resolve(settings)
    },
  }
}

/** A headless host on a free loopback port with an engine of the test's own. */
export async function startTestHost(
  engine: EngineShape,
  log: Log,
  change: Partial<HeadlessHostOptions> = {},
) {
  const token = createToken()
  const host = await startHeadlessHost({
    engine,
    log,
    token,
    facts: testFacts,
    settings: memorySettings(),
    rendererDir: '/nowhere',
    host: '127.0.0.1',
    port: 0,
    ...change,
  })
  return { host, token, url: host.url, stop: () => host.stop() }
}

/** Connects to a headless host's WebSocket. */
export function connectWebSocket(url: string, token: string): Connected & { socket: WebSocket } {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/rpc`, subprotocolsFor(token))
  // A refused or cut connection shows in the calls that wait for it.
  socket.on('error', () => undefined)
  const client: Client = createORPCClient(
    new WebSocketLink({ websocket: socket as unknown as globalThis.WebSocket }),
  )
  const close = async () => {
    if (socket.readyState === WebSocket.CLOSED) return
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.close()
    await closed
  }
  return { client, socket, close }
}

/** Every way to reach the contract with streams. */
export const transports: Record<string, (engine: EngineShape, log: Log) => Promise<Connected>> = {
  'in memory': (engine, log) => {
    const router = createRouter({ engine, log, host: testFacts, settings: memorySettings() })
    return Promise.resolve({ client: createRouterClient(router), close: () => Promise.resolve() })
  },
  MessagePort: (engine, log) => {
    const router = createRouter({ engine, log, host: testFacts, settings: memorySettings() })
    const { port1, port2 } = new MessageChannel()
    new MessagePortHandler(router).upgrade(port1, { context: {} })
    port1.start()
    port2.start()
    const client: Client = createORPCClient(new MessagePortLink({ port: port2 }))
    return Promise.resolve({
      client,
      close: () => {
        port1.close()
        port2.close()
        return Promise.resolve()
      },
    })
  },
  WebSocket: async (engine, log) => {
    const host = await startTestHost(engine, log)
    const connected = connectWebSocket(host.url, host.token)
    return {
      client: connected.client,
      close: async () => {
        await connected.close()
        await host.stop()
      },
    }
  },
}
