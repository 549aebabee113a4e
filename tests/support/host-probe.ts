import { request } from 'node:http'
import { afterEach } from 'vitest'
import { WebSocket } from 'ws'
import { keptLog, stubEngine } from './stub-engine.ts'
import { startTestHost } from './transports.ts'

/** For one test file: starts headless hosts, and stops them and whatever else was noted after each test. */
export function hostsOfTest() {
  const log = keptLog()
  const stops: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop()
  })
  return {
    log,
    stops,
    async start(engine = stubEngine({}), change: Parameters<typeof startTestHost>[2] = {}) {
      const host = await startTestHost(engine, log, change)
      stops.push(host.stop)
      return { ...host, authorization: { authorization: `Bearer ${host.token}` } }
    },
  }
}

/** A request with headers that `fetch` would not let through, such as Host. */
export function raw(url: string, headers: Record<string, string>): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => (body += text))
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body })
      })
    })
      .on('error', reject)
      .end()
  })
}

/** How an attempted WebSocket ends: the status it is refused with, or 101. */
export function handshake(
  url: string,
  protocols: string[],
  headers: Record<string, string> = {},
): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/rpc`, protocols, { headers })
    socket.once('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0)
      socket.terminate()
    })
    socket.once('open', () => {
      resolve(101)
      socket.terminate()
    })
    socket.on('error', () => undefined)
  })
}
