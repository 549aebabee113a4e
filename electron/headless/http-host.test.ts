import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { AppError } from '../../shared/model/errors.ts'
import type { Farm } from '../../shared/model/farms.ts'
import { keptLog, stubEngine } from '../../tests/support/stub-engine.ts'
import { selfSigned } from '../../tests/support/self-signed.ts'
import { connectWebSocket, startTestHost } from '../../tests/support/transports.ts'
import { ChangeFeed } from '../engine/feed/index.ts'
import { subprotocolsFor } from './token.ts'

const log = keptLog()
const stops: (() => Promise<void>)[] = []
const clock = {
  now: () => 0,
  monotonic: () => 0,
  sleep: () => Promise.resolve(),
}

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function start(...args: Partial<Parameters<typeof startTestHost>>) {
  const [engine = stubEngine({}), , change] = args
  const host = await startTestHost(engine, log, change)
  stops.push(host.stop)
  return { ...host, authorization: { authorization: `Bearer ${host.token}` } }
}

/** A request with headers that `fetch` would not let through, such as Host. */
function raw(url: string, headers: Record<string, string>): Promise<{ status: number; body: string }> {
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
function handshake(url: string, protocols: string[], headers: Record<string, string> = {}): Promise<number> {
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

describe('who may reach what', () => {
  it('answers /healthz without a token', async () => {
    const { url } = await start()
    const response = await fetch(`${url}/healthz`)
    expect(await response.json()).toEqual({ status: 'ok' })
  })

  it('wants the token for REST and its description', async () => {
    const { url, authorization } = await start(stubEngine({ farms: { list: () => Promise.resolve([]) } }))
    for (const path of ['/api/farms', '/api/openapi.json', '/api/nothing', '/api']) {
      const response = await fetch(`${url}${path}`)
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toBe('Bearer')
      expect(await response.json()).toMatchObject({ error: { code: 'host.unauthorized' } })
    }
    expect((await fetch(`${url}/api/farms`, { headers: authorization })).status).toBe(200)
  })

  it('does not take the token from the address', async () => {
    const { url, token } = await start()
    expect((await fetch(`${url}/api/farms?token=${token}`)).status).toBe(401)
  })

  it('refuses a WebSocket without the token, and never echoes it', async () => {
    const { url, token } = await start()
    expect(await handshake(url, ['farmhand'])).toBe(401)
    expect(await handshake(url, ['farmhand', 'farmhand.token.wrong'])).toBe(401)
    const { client, socket, close } = connectWebSocket(url, token)
    stops.push(close)
    await client.system.info()
    expect(socket.protocol).toBe('farmhand')
  })

  it('lets a program bring the token in a header', async () => {
    const { url, authorization } = await start()
    expect(await handshake(url, [], authorization)).toBe(101)
  })

  it.each(['http://evil.example', 'null', 'https://127.0.0.1:1'])('refuses the origin %s', async (origin) => {
    const { url, token, authorization } = await start()
    expect(await handshake(url, subprotocolsFor(token), { origin })).toBe(403)
    expect((await fetch(`${url}/api/farms`, { headers: { ...authorization, origin } })).status).toBe(403)
  })

  it('accepts its own page as origin', async () => {
    const { url, token } = await start()
    expect(await handshake(url, subprotocolsFor(token), { origin: url })).toBe(101)
  })

  it.each([
    'evil.example',
    'localhost.evil.example',
    '192.168.1.7',
    'evil.example:80',
    '127.0.0.1.evil.example',
  ])('refuses the host name “%s”, files and health included', async (host) => {
    const { url, token, authorization } = await start()
    for (const path of ['/', '/healthz', '/api/farms']) {
      expect((await raw(`${url}${path}`, { ...authorization, host })).status).toBe(403)
    }
    expect(await handshake(url, subprotocolsFor(token), { host })).toBe(403)
  })

  it.each(['localhost:9000', '127.0.0.1:8080', '[::1]:9'])('accepts the loopback name %s', async (host) => {
    const { url } = await start()
    expect((await raw(`${url}/healthz`, { host })).status).toBe(200)
  })

  it('answers wrong tokens with 429 after twenty, and still lets the right one in', async () => {
    const { url, authorization } = await start(stubEngine({ farms: { list: () => Promise.resolve([]) } }))
    const statuses: number[] = []
    for (let attempt = 0; attempt < 22; attempt += 1) {
      const response = await fetch(`${url}/api/farms`, { headers: { authorization: 'Bearer wrong-token' } })
      statuses.push(response.status)
    }
    expect(statuses).toEqual([...Array<number>(20).fill(401), 429, 429])
    expect((await fetch(`${url}/api/farms`, { headers: authorization })).status).toBe(200)
  })

  it('refuses to listen beyond loopback without TLS', async () => {
    await expect(start(stubEngine({}), log, { host: '0.0.0.0' })).rejects.toMatchObject({
      code: 'host.not_supported',
      message: expect.stringContaining('--tls-cert') as string,
    })
  })

  it('names a port that is taken', async () => {
    const { url } = await start()
    const port = Number(new URL(url).port)
    await expect(start(stubEngine({}), log, { port })).rejects.toMatchObject({
      code: 'state.in_use',
      message: expect.stringContaining(`Port ${String(port)}`) as string,
    })
  })

  it('turns clients away when it is full', async () => {
    const { url, token } = await start(stubEngine({}), log, { limits: { maxClients: 1 } })
    const first = connectWebSocket(url, token)
    stops.push(first.close)
    await first.client.system.info()
    expect(await handshake(url, subprotocolsFor(token))).toBe(503)
  })

  it('has security headers on every answer', async () => {
    const { url } = await start()
    for (const path of ['/', '/healthz', '/api/farms']) {
      const { headers } = await fetch(`${url}${path}`)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self';")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    }
  })
})

describe('REST', () => {
  it('maps paths, queries and bodies to the contract', async () => {
    const inputs: unknown[] = []
    const engine = stubEngine({
      servers: {
        list: (input) => {
          inputs.push(input)
          return Promise.resolve([])
        },
      },
      farms: {
        clone: (input) => {
          inputs.push(input)
          return Promise.reject(new AppError('farm.locked', { message: 'The farm is locked.' }))
        },
      },
    })
    const { url, authorization } = await start(engine)
    await fetch(`${url}/api/servers?farm=shop&includeTerminated=false`, { headers: authorization })
    await fetch(`${url}/api/servers`, { headers: authorization })
    const refused = await fetch(`${url}/api/farms/f1/clone`, {
      method: 'POST',
      headers: { ...authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'copy' }),
    })
    expect(inputs).toEqual([
      { farm: 'shop', includeTerminated: false },
      { includeTerminated: false },
      { farmId: 'f1', name: 'copy' },
    ])
    expect(refused.status).toBe(423)
    expect(await refused.json()).toMatchObject({
      error: { code: 'farm.locked', message: 'The farm is locked.', retryable: false },
    })
  })

  it.each([
    [JSON.stringify({ name: 'x', roles: [{ colour: 1 }] }), 400, 'roles[0].colour'],
    [JSON.stringify({ name: 'x', extra: true }), 400, 'extra'],
  ])('names the faults of %s by path', async (body, status, path) => {
    const { url, authorization } = await start()
    const response = await fetch(`${url}/api/farms`, {
      method: 'POST',
      headers: { ...authorization, 'content-type': 'application/json' },
      body,
    })
    expect(response.status).toBe(status)
    const { error } = (await response.json()) as {
      error: { code: string; details: { faults: { path: string }[] } }
    }
    expect(error.code).toBe('input.invalid')
    expect(error.details.faults.map((fault) => fault.path)).toContain(path)
  })

  it('says what is wrong with a body that is no JSON, or too large', async () => {
    const { url, authorization } = await start(stubEngine({}), log, { limits: { maxBodyBytes: 1000 } })
    const post = (body: string) =>
      fetch(`${url}/api/farms`, {
        method: 'POST',
        headers: { ...authorization, 'content-type': 'application/json' },
        body,
      }).then((response) => response.json())
    expect(await post('{')).toMatchObject({ error: { code: 'input.invalid' } })
    expect(await post(JSON.stringify({ name: 'x'.repeat(2000) }))).toMatchObject({
      error: { code: 'input.invalid', message: 'The request is too large.' },
    })
  })

  it('says where to look when there is no such address', async () => {
    const { url, authorization } = await start()
    const response = await fetch(`${url}/api/nothing`, { headers: authorization })
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ error: { code: 'input.not_found' } })
  })

  it('describes every method of the contract', async () => {
    const { url, authorization } = await start()
    const response = await fetch(`${url}/api/openapi.json`, { headers: authorization })
    const document = (await response.json()) as {
      openapi: string
      paths: Record<string, Record<string, { operationId: string; tags: string[] }>>
    }
    expect(document.openapi).toMatch(/^3\.1/)
    expect(document.paths['/farms/{farmId}/launch']?.['post']).toMatchObject({
      operationId: 'farms.launch',
      tags: ['farms'],
    })
  })
})

describe('files', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'farmhand-static-'))
    stops.push(() => rm(dir, { recursive: true }))
    await mkdir(join(dir, 'renderer', 'assets'), { recursive: true })
    await writeFile(join(dir, 'renderer', 'index.html'), '<title>Farmhand</title>')
    await writeFile(join(dir, 'renderer', 'assets', 'app-1234.js'), 'export {}')
    await writeFile(join(dir, 'renderer', '.built-from'), 'digest')
    await writeFile(join(dir, 'secret.txt'), 'secret')
  })

  it.each([
    ['/', 200, 'text/html'],
    ['/farms/f1/design', 200, 'text/html'],
    ['/assets/app-1234.js', 200, 'text/javascript'],
    ['/assets/gone-9.js', 404, 'text/plain'],
    ['/.built-from', 404, 'text/plain'],
    ['/..%2fsecret.txt', 404, 'text/plain'],
    ['/%2e%2e/secret.txt', 404, 'text/plain'],
    ['/assets/..%5c..%5c..%5csecret.txt', 404, 'text/plain'],
    ['/%00', 404, 'text/plain'],
    ['/%', 404, 'text/plain'],
  ])('%s is answered %i', async (path, status, type) => {
    const { url } = await start(stubEngine({}), log, { rendererDir: join(dir, 'renderer') })
    const response = await fetch(`${url}${path}`)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toContain(type)
    expect(await response.text()).not.toContain('secret')
  })

  it('keeps built assets for ever and the page never', async () => {
    const { url } = await start(stubEngine({}), log, { rendererDir: join(dir, 'renderer') })
    expect((await fetch(`${url}/assets/app-1234.js`)).headers.get('cache-control')).toContain('immutable')
    expect((await fetch(`${url}/`)).headers.get('cache-control')).toBe('no-cache')
  })

  it('says when the screens are not built', async () => {
    const { url } = await start(stubEngine({}), log, { rendererDir: join(dir, 'nothing') })
    const response = await fetch(`${url}/`)
    expect(response.status).toBe(503)
    expect(await response.text()).toContain('npm run build')
  })
})

describe('the WebSocket', () => {
  it('lets a client catch up after its connection was cut', async () => {
    const feed = new ChangeFeed({ epoch: 'e1', clock })
    const farm = (name: string) => ({ id: 'f1', name }) as unknown as Farm
    feed.put('farms', farm('one'))
    const engine = stubEngine({ feed: { subscribe: (input, options) => feed.subscribe(input, options) } })
    const { url, token } = await start(engine)

    const before = connectWebSocket(url, token)
    const stream = await before.client.feed.subscribe({ topics: ['farms'] })
    const { value: snapshot } = await stream.next()
    if (snapshot?.kind !== 'snapshot') throw new Error('a snapshot was expected')
    const cut = stream.next().then(
      () => 'went on',
      () => 'cut',
    )
    before.socket.terminate()
    await expect(cut).resolves.toBe('cut')

    feed.put('farms', farm('two'))
    const after = connectWebSocket(url, token)
    stops.push(after.close)
    const since = { farms: { epoch: snapshot.epoch, revision: snapshot.revision } }
    const resumed = await after.client.feed.subscribe({ topics: ['farms'], since })
    expect((await resumed.next()).value).toMatchObject({
      kind: 'patch',
      from: snapshot.revision,
      put: [{ id: 'f1', name: 'two' }],
    })
    await resumed.return?.()
  })

  it('does not read ahead of a client that does not read', async () => {
    const text = 'x'.repeat(256 * 1024)
    let pulled = 0
    const stalled = Promise.withResolvers<undefined>()
    const engine = stubEngine({
      terminals: {
        async *output(_input, { signal }) {
          while (!signal.aborted) {
            pulled += 1
            const before = pulled
            // Two turns of the clock without another pull means that the stream waits for its reader.
            setTimeout(() => {
              if (pulled === before) stalled.resolve(undefined)
            }, 500)
            yield await Promise.resolve({ offset: 0, text })
          }
        },
      },
    })
    const { url, token } = await start(engine)
    const { client, socket } = connectWebSocket(url, token)
    stops.push(() => {
      socket.terminate()
      return Promise.resolve()
    })
    const stream = await client.terminals.output({ terminalId: 't', watcher: 'w' })
    await stream.next()
    socket.pause()
    await stalled.promise
    expect(pulled * text.length).toBeLessThan(64 * 1024 * 1024)
  })

  it('ends the streams of a client that is gone', async () => {
    const told = Promise.withResolvers<undefined>()
    const engine = stubEngine({
      feed: {
        async *subscribe(_input, { signal }) {
          await new Promise((resolve) => {
            signal.addEventListener('abort', resolve, { once: true })
          })
          told.resolve(undefined)
          yield* []
        },
      },
    })
    const { url, token } = await start(engine)
    const { client, socket } = connectWebSocket(url, token)
    const stream = await client.feed.subscribe({ topics: ['farms'] })
    const waiting = stream.next().catch(() => undefined)
    socket.terminate()
    await told.promise
    await waiting
  })

  it('drops a client that does not answer pings', async () => {
    const host = await start(stubEngine({}), log, { limits: { heartbeatMs: 20 } })
    const { client, socket } = connectWebSocket(host.url, host.token)
    await client.system.info()
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.pong = () => undefined
    socket.on('ping', () => undefined)
    socket.pause()
    await expect.poll(() => host.host.clientCount()).toBe(0)
    socket.terminate()
    await closed
  })

  it('closes its clients when it stops', async () => {
    const host = await startTestHost(stubEngine({}), log)
    const { client, socket } = connectWebSocket(host.url, host.token)
    await client.system.info()
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await host.stop()
    await expect(closed).resolves.toBe(1001)
  })
})

describe('TLS', () => {
  it('serves beyond loopback under the certificate’s names alone', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'farmhand-tls-'))
    stops.push(() => rm(dir, { recursive: true }))
    const { cert, key } = selfSigned(['bastion.example'])
    const tls = { certFile: join(dir, 'cert.pem'), keyFile: join(dir, 'key.pem') }
    await writeFile(tls.certFile, cert)
    await writeFile(tls.keyFile, key)
    const { url, token } = await start(stubEngine({}), log, { tls, host: '0.0.0.0' })
    expect(url).toMatch(/^https:\/\/localhost:/)
    const status = (host: string) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`${url.replace('https', 'wss')}/rpc`, subprotocolsFor(token), {
          ca: cert,
          servername: 'bastion.example',
          headers: { host, origin: `https://${host}` },
        })
        socket.once('unexpected-response', (_request, response) => {
          resolve(response.statusCode)
          socket.terminate()
        })
        socket.once('open', () => {
          resolve(101)
          socket.terminate()
        })
        socket.on('error', reject)
      })
    expect(await status('bastion.example')).toBe(101)
    expect(await status('other.example')).toBe(403)
  })

  it('says which file cannot be read, or is no certificate', async () => {
    const missing = { certFile: '/nowhere/cert.pem', keyFile: '/nowhere/key.pem' }
    await expect(start(stubEngine({}), log, { tls: missing })).rejects.toMatchObject({
      code: 'input.invalid',
      message: expect.stringContaining('/nowhere/cert.pem') as string,
    })
    const wrong = { certFile: import.meta.filename, keyFile: import.meta.filename }
    await expect(start(stubEngine({}), log, { tls: wrong })).rejects.toMatchObject({ code: 'input.invalid' })
  })
})
