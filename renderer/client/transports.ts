import type { ClientLink } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'

/** One connection to an engine: the link for calls, and how to end it. */
export interface Transport {
  link: ClientLink<Record<never, never>>
  close(): void
}

/**
 * Opens a connection; rejects when the engine cannot be reached. `onClosed` is called when the connection is over, before
 * the calls and streams that it takes with it fail, so that they find out why.
 */
export type OpenTransport = (onClosed: () => void) => Promise<Transport>

/** The contract over WebSocket, with the token among the offered subprotocols. */
export function webSocketTransport(token: string): OpenTransport {
  return (onClosed) =>
    new Promise((resolve, reject) => {
      const url = new URL('/rpc', location.href)
      url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
      url.hash = ''
      const socket = new WebSocket(url, ['farmhand', `farmhand.token.${token}`])
      socket.addEventListener('close', () => {
        onClosed()
        reject(new Error('The connection was closed before it was open.'))
      })
      const link = new SocketLink({ websocket: socket })
      socket.addEventListener('open', () => {
        resolve({ link, close: () => socket.close() })
      })
    })
}

/** Whether the headless host at this address accepts the token; `unknown` when it does not answer. */
export async function checkToken(token: string): Promise<'accepted' | 'refused' | 'unknown'> {
  try {
    const answer = await fetch('/api/system', { headers: { authorization: `Bearer ${token}` } })
    if (answer.status === 401 || answer.status === 403 || answer.status === 429) return 'refused'
    return answer.ok ? 'accepted' : 'unknown'
  } catch {
    return 'unknown'
  }
}

const portMessage = 'farmhand:port'
const portRequest = 'farmhand:connect'

/** A desktop hands its port over within a few milliseconds; a page that nobody answers is in a browser. */
const portPatienceMs = 3_000

/** The contract over the port that the desktop's preload hands over when it is asked. */
export const portTransport: OpenTransport = (onClosed) =>
  new Promise((resolve, reject) => {
    const impatience = setTimeout(() => {
      window.removeEventListener('message', take)
      reject(new Error('No desktop handed over a port.'))
    }, portPatienceMs)
    function take(event: MessageEvent): void {
      const [port] = event.ports
      if (event.source !== window || event.data !== portMessage || port === undefined) return
      clearTimeout(impatience)
      window.removeEventListener('message', take)
      port.addEventListener('close', onClosed)
      const link = new PortLink({ port })
      port.start()
      resolve({ link, close: () => port.close() })
    }
    window.addEventListener('message', take)
    window.postMessage(portRequest, location.origin)
  })
