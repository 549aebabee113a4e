import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { handshake, hostsOfTest, raw } from '../../tests/support/host-probe.ts'
import { selfSigned } from '../../tests/support/self-signed.ts'
import { stubEngine } from '../../tests/support/stub-engine.ts'
import { connectWebSocket } from '../../tests/support/transports.ts'
import { subprotocolsFor } from './token.ts'

const { start, stops } = hostsOfTest()

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
    await expect(start(stubEngine({}), { host: '0.0.0.0' })).rejects.toMatchObject({
      code: 'host.not_supported',
      message: expect.stringContaining('--tls-cert') as string,
    })
  })

  it('names a port that is taken', async () => {
    const { url } = await start()
    const port = Number(new URL(url).port)
    await expect(start(stubEngine({}), { port })).rejects.toMatchObject({
      code: 'state.in_use',
      message: expect.stringContaining(`Port ${String(port)}`) as string,
    })
  })

  it('turns clients away when it is full', async () => {
    const { url, token } = await start(stubEngine({}), { limits: { maxClients: 1 } })
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

describe('TLS', () => {
  it('serves beyond loopback under the certificate’s names alone', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'farmhand-tls-'))
    stops.push(() => rm(dir, { recursive: true }))
    const { cert, key } = selfSigned(['bastion.example'])
    const tls = { certFile: join(dir, 'cert.pem'), keyFile: join(dir, 'key.pem') }
    await writeFile(tls.certFile, cert)
    await writeFile(tls.keyFile, key)
    const { url, token } = await start(stubEngine({}), { tls, host: '0.0.0.0' })
    expect(url).toMatch(/^https:\/\/localhost:/)
    const status = (host: string) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`${url.replace('https', 'wss')}/rpc`, subprotocolsFor(token), {
          agent: new Agent({ ca: cert, servername: 'bastion.example' }),
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
    await expect(start(stubEngine({}), { tls: missing })).rejects.toMatchObject({
      code: 'input.invalid',
      message: expect.stringContaining('/nowhere/cert.pem') as string,
    })
    const wrong = { certFile: import.meta.filename, keyFile: import.meta.filename }
    await expect(start(stubEngine({}), { tls: wrong })).rejects.toMatchObject({ code: 'input.invalid' })
  })
})
