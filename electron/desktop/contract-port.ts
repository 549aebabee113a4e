import { ipcMain, type IpcMainEvent, MessageChannelMain, type MessagePortMain } from 'electron'
import { RPCHandler } from '@orpc/server/message-port'
import { answerPlainJson, type ApiRouter } from '../api/index.ts'
import type { Log } from '../engine/ports.ts'
import { isAppUrl } from './app-protocol.ts'

/**
 * Hands a page of the app a port that speaks the contract, each time it asks. A page that asks again (it was reloaded) gets
 * a new port, and the old one is closed, which ends its streams. Other senders get nothing.
 */
export function serveContractPorts(router: ApiRouter, log: Log): () => void {
  const handler = new RPCHandler(router, { clientInterceptors: [answerPlainJson] })
  const ports = new Map<number, MessagePortMain>()
  const connect = (event: IpcMainEvent): void => {
    if (!isAppPage(event)) {
      log.warn({ url: event.senderFrame?.url }, 'a page that is not the app asked for the engine')
      return
    }
    const { sender } = event
    ports.get(sender.id)?.close()
    const { port1, port2 } = new MessageChannelMain()
    ports.set(sender.id, port1)
    handler.upgrade(port1, { context: {} })
    port1.start()
    sender.postMessage('farmhand:port', null, [port2])
  }
  ipcMain.on('farmhand:connect', connect)
  return () => {
    ipcMain.off('farmhand:connect', connect)
    for (const port of ports.values()) port.close()
  }
}

function isAppPage(event: IpcMainEvent): boolean {
  const frame = event.senderFrame
  return frame !== null && frame.parent === null && isAppUrl(frame.url)
}
