import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { Client } from './transports.ts'

/* Runs in a page of the desktop app that has no script of its own: what Farmhand's renderer does, bare. */

interface InPage {
  client: Client
  port: MessagePort
}

/** Asks the preload for a port, as the renderer does. */
function askForPort(patienceMs = 10_000): Promise<MessagePort> {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('No port came.')), patienceMs)
    window.addEventListener('message', ({ data, ports: [port] }) => {
      if (data === 'farmhand:port' && port) resolve(port)
    })
    window.postMessage('farmhand:connect', window.location.origin)
  })
}

export async function open(): Promise<InPage> {
  const port = await askForPort()
  const client: Client = createORPCClient(new RPCLink({ port }))
  port.start()
  return { client, port }
}
