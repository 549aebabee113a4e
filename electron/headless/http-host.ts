import { readFile } from 'node:fs/promises'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { createSecureContext } from 'node:tls'
import { AppError, type ErrorCode } from '../../shared/model/errors.ts'
import { createRouter, type EngineShape, type HostFacts, type SettingsStore } from '../api/index.ts'
import type { Log } from '../engine/ports.ts'
import { Gate, isLoopbackName, type Refusal, type Visitor } from './gate.ts'
import { Rest, restPrefix } from './rest.ts'
import { RpcSocket } from './rpc-socket.ts'
import { securityHeaders } from './security-headers.ts'
import { serveStatic } from './static-files.ts'

export interface HeadlessHostOptions {
  engine: EngineShape
  facts: HostFacts
  settings: SettingsStore
  log: Log
  token: string
  /** Built renderer, served at `/`; null for a host that only lets the command line in: no files and no REST. */
  rendererDir: string | null
  /** Name or address to listen on; anything but loopback needs `tls`. */
  host: string
  /** 0 takes any free port. */
  port: number
  /** Files with the PEM certificate chain and its private key. */
  tls?: { certFile: string; keyFile: string } | undefined
  limits?: Partial<Limits> | undefined
}

interface Limits {
  maxBodyBytes: number
  maxConnections: number
  maxClients: number
  heartbeatMs: number
}

const defaultLimits: Limits = {
  maxBodyBytes: 8 * 1024 * 1024,
  maxConnections: 512,
  maxClients: 128,
  heartbeatMs: 30_000,
}

export interface HeadlessHost {
  /** `http://127.0.0.1:PORT`, without the token. */
  url: string
  /** Number of WebSocket clients at this moment. */
  clientCount(): number
  /** Closes every connection and frees the port. */
  stop(): Promise<void>
}

/**
 * Serves one engine to browsers, the command line and other programs: files at `/`, the contract at `/rpc` (WebSocket) and
 * `/api` (REST), `/healthz` for whoever watches.
 *
 * @throws AppError `host.not_supported` for an address other than loopback without TLS, `input.invalid` for a certificate that
 * cannot be read, `state.in_use` for a port that is taken
 */
export async function startHeadlessHost(options: HeadlessHostOptions): Promise<HeadlessHost> {
  const { log, host, rendererDir } = options
  const limits = { ...defaultLimits, ...options.limits }
  if (!isLoopbackName(host.toLowerCase()) && options.tls === undefined) {
    throw new AppError('host.not_supported', {
      message: `Farmhand listens on ${host} only with TLS: give --tls-cert and --tls-key, or reach it on loopback through an SSH tunnel.`,
    })
  }
  const tls = options.tls === undefined ? undefined : await readTlsFiles(options.tls)
  const gate = new Gate({
    token: options.token,
    listenHost: host,
    certificate: tls?.cert,
    monotonic: () => performance.now(),
  })
  const router = createRouter({
    engine: options.engine,
    host: options.facts,
    settings: options.settings,
    log,
  })
  const rest = new Rest({ router, version: options.facts.version, maxBodyBytes: limits.maxBodyBytes, log })
  const rpc = new RpcSocket({
    router,
    log,
    maxMessageBytes: limits.maxBodyBytes,
    maxClients: limits.maxClients,
    heartbeatMs: limits.heartbeatMs,
  })

  const answer: RequestListener = (request, response) => {
    handleRequest({ gate, rest, rendererDir }, request, response).catch((error: unknown) => {
      log.error({ err: error, path: pathOf(request) }, 'a request failed')
      if (!response.headersSent) sendError(response, 500, 'internal', 'Something went wrong inside Farmhand.')
      else response.destroy()
    })
  }
  const server: Server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer)
  server.maxConnections = limits.maxConnections
  server.headersTimeout = 10_000
  server.requestTimeout = 60_000
  server.on('upgrade', (request, socket, head) => {
    handleUpgrade({ gate, rpc }, request, socket, head)
  })
  await listen(server, host, options.port)
  const url = urlOf(server, host, tls !== undefined)
  log.info({ url }, 'listening')
  return {
    url,
    clientCount: () => rpc.clientCount,
    async stop() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve()
        })
      })
      await rpc.stop()
      server.closeAllConnections()
      await closed
    },
  }
}

async function handleRequest(
  { gate, rest, rendererDir }: { gate: Gate; rest: Rest; rendererDir: string | null },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
  const pathname = pathOf(request)
  const isApi = pathname === restPrefix || pathname.startsWith(`${restPrefix}/`)
  const visitor = visitorOf(request)
  const refusal = isApi ? gate.checkToken(visitor) : gate.checkPlace(visitor)
  if (refusal !== undefined) {
    sendRefusal(response, refusal)
  } else if (pathname === '/healthz') {
    sendJson(response, 200, JSON.stringify({ status: 'ok' }))
  } else if (rendererDir === null) {
    sendError(
      response,
      404,
      'input.not_found',
      'This Farmhand is a desktop app: use its window or `farmhand`.',
    )
  } else if (!isApi) {
    await serveStatic(rendererDir, pathname, request, response)
  } else {
    response.setHeader('cache-control', 'no-store')
    if (pathname === `${restPrefix}/openapi.json`) sendJson(response, 200, await rest.document())
    else if (!(await rest.handle(request, response))) {
      const what = `There is no ${request.method ?? ''} ${pathname}: ${restPrefix}/openapi.json lists what there is.`
      sendError(response, 404, 'input.not_found', what)
    }
  }
}

function handleUpgrade(
  { gate, rpc }: { gate: Gate; rpc: RpcSocket },
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  socket.on('error', () => {
    socket.destroy()
  })
  const refusal = pathOf(request) === '/rpc' ? gate.checkToken(visitorOf(request)) : undefined
  if (pathOf(request) !== '/rpc') refuseUpgrade(socket, 404, 'The WebSocket is at /rpc.')
  else if (refusal !== undefined) refuseUpgrade(socket, refusal.status, refusal.message)
  else if (rpc.isFull) refuseUpgrade(socket, 503, 'Too many clients are connected.')
  else rpc.accept(request, socket, head)
}

function visitorOf(request: IncomingMessage): Visitor {
  return { headers: request.headers, remoteAddress: request.socket.remoteAddress ?? '' }
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/'
}

function sendRefusal(response: ServerResponse, { status, message }: Refusal): void {
  if (status === 401) response.setHeader('www-authenticate', 'Bearer')
  if (status === 429) response.setHeader('retry-after', '60')
  sendError(response, status, 'host.unauthorized', message)
}

function sendError(response: ServerResponse, status: number, code: ErrorCode, message: string): void {
  sendJson(response, status, JSON.stringify({ error: new AppError(code, { message }).toInfo() }))
}

function sendJson(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  response.end(text)
}

function refuseUpgrade(socket: Duplex, status: number, message: string): void {
  const body = JSON.stringify({ error: new AppError('host.unauthorized', { message }).toInfo() })
  const head = [
    `HTTP/1.1 ${String(status)} Refused`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${String(Buffer.byteLength(body))}`,
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

async function readTlsFiles(files: {
  certFile: string
  keyFile: string
}): Promise<{ cert: string; key: string }> {
  try {
    const cert = await readFile(files.certFile, 'utf8')
    const key = await readFile(files.keyFile, 'utf8')
    createSecureContext({ cert, key })
    return { cert, key }
  } catch (cause) {
    const message = `The certificate or its key cannot be used: ${cause instanceof Error ? cause.message : String(cause)}.`
    throw new AppError('input.invalid', { message, cause })
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE'
      const message = taken
        ? `Port ${String(port)} of ${host} is taken: choose another one with --port.`
        : `Farmhand cannot listen on ${host}, port ${String(port)}: ${cause.message}.`
      reject(new AppError(taken ? 'state.in_use' : 'input.invalid', { message, cause }))
    })
    server.listen(port, host, () => {
      resolve()
    })
  })
}

function urlOf(server: Server, host: string, isTls: boolean): string {
  const { port } = server.address() as AddressInfo
  const isAny = host === '0.0.0.0' || host === '::'
  const name = isAny ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `${isTls ? 'https' : 'http'}://${name}:${String(port)}`
}
