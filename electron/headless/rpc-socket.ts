import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { RPCHandler } from '@orpc/server/ws'
import { WebSocketServer, type WebSocket } from 'ws'
import { answerPlainJson, type ApiRouter } from '../api/index.ts'
import type { Log } from '../engine/ports.ts'
import { rpcSubprotocol } from './token.ts'

export interface RpcSocketOptions {
  router: ApiRouter
  log: Log
  maxMessageBytes: number
  maxClients: number
  /** How long a client may stay silent to our pings, in milliseconds. */
  heartbeatMs: number
}

/** Replies that a client may leave unread before it is cut off: it asks without listening. */
const maxUnreadBytes = 64 * 1024 * 1024

/** The contract over WebSocket. */
export class RpcSocket {
  readonly #server: WebSocketServer
  readonly #handler: RPCHandler<Record<never, never>>
  readonly #maxClients: number
  readonly #log: Log
  readonly #heartbeat: NodeJS.Timeout
  readonly #alive = new WeakSet<WebSocket>()

  constructor({ router, log, maxMessageBytes, maxClients, heartbeatMs }: RpcSocketOptions) {
    this.#log = log
    this.#maxClients = maxClients
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: maxMessageBytes,
      perMessageDeflate: false,
      // The token is among the offered names and must not be echoed.
      handleProtocols: (offered) => (offered.has(rpcSubprotocol) ? rpcSubprotocol : false),
    })
    this.#handler = new RPCHandler(router, { clientInterceptors: [answerPlainJson] })
    this.#heartbeat = setInterval(() => {
      this.#dropSilentClients()
    }, heartbeatMs)
    this.#heartbeat.unref()
  }

  get isFull(): boolean {
    return this.#server.clients.size >= this.#maxClients
  }

  get clientCount(): number {
    return this.#server.clients.size
  }

  /** Takes over a request that the gate has let in. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (client) => {
      this.#serve(client)
    })
  }

  /** Tells every client that the host goes away, and ends their streams. */
  async stop(): Promise<void> {
    clearInterval(this.#heartbeat)
    for (const client of this.#server.clients) client.close(1001, 'Farmhand stops')
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve()
      })
      for (const client of this.#server.clients)
        setTimeout(() => {
          client.terminate()
        }, 1000).unref()
    })
  }

  #serve(client: WebSocket): void {
    this.#alive.add(client)
    client.on('pong', () => this.#alive.add(client))
    client.on('error', (error) => {
      this.#log.debug({ reason: error.message }, 'a WebSocket client failed')
    })
    const peer = {
      addEventListener: client.addEventListener.bind(client),
      send: (message: Parameters<WebSocket['send']>[0]) => sendAndDrain(client, message),
    }
    this.#handler.upgrade(peer, { context: {} }).catch((error: unknown) => {
      this.#log.error({ err: error }, 'a WebSocket client could not be served')
      client.terminate()
    })
  }

  #dropSilentClients(): void {
    for (const client of this.#server.clients) {
      if (!this.#alive.has(client)) {
        client.terminate()
        continue
      }
      this.#alive.delete(client)
      client.ping()
    }
  }
}

/**
 * Resolves when the message has left for the kernel. The peer waits for it before it takes the next item of a stream, so that a
 * client that reads slowly slows its own stream down instead of filling memory. What cannot be sent waits for the socket's
 * `close`, which ends the streams: to go on at once would spin.
 */
function sendAndDrain(client: WebSocket, message: Parameters<WebSocket['send']>[0]): Promise<void> {
  if (client.bufferedAmount > maxUnreadBytes) client.terminate()
  return new Promise((resolve) => {
    client.send(message, (error) => {
      if (error === undefined || error === null || client.readyState === client.CLOSED) resolve()
      else client.once('close', resolve)
    })
  })
}
