import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import ssh2 from 'ssh2'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { Secret } from '../../../../shared/model/secret.ts'
import { ManualClock, realClock } from '../../../../tests/support/clocks.ts'
import { hostKeyMemory } from '../../../../tests/support/host-key-memory.ts'
import { silentLog } from '../../../../tests/support/logs.ts'
import { startOpenSshServer } from '../../../../tests/support/openssh-server.ts'
import type { OpenSshServer } from '../../../../tests/support/openssh-server.ts'
import { startTcpRelay } from '../../../../tests/support/tcp-relay.ts'
import type { TcpRelay, TcpRelayOptions } from '../../../../tests/support/tcp-relay.ts'
import type { Clock } from '../../ports.ts'
import { SshConnections } from './connections.ts'
import type { SshConnectionsOptions } from './connections.ts'
import { captureCommand } from './exec.ts'
import { exportPrivateKey, generateKeyPair } from './key-pair.ts'
import type { KeyPair } from './key-pair.ts'
import { loginKey } from './login-key.ts'
import type { SshTarget } from './ssh-target.ts'

let key: KeyPair
let stranger: KeyPair
let server: OpenSshServer

beforeAll(async () => {
  key = await generateKeyPair({ comment: 'ours' })
  stranger = await generateKeyPair({ comment: 'strange' })
  server = await startOpenSshServer({ authorizedKeys: [key.publicKey] })
})
afterAll(async () => {
  await server.stop()
})

function target(port: number, change: Partial<SshTarget> = {}): SshTarget {
  return {
    key: `server-${port}`,
    label: 'web-1',
    host: '127.0.0.1',
    port,
    user: server.user,
    privateKey: key.privateKey,
    ...change,
  }
}

function connections(clock: Clock = realClock, options: Partial<SshConnectionsOptions> = {}): SshConnections {
  const made = new SshConnections({
    hostKeys: hostKeyMemory(clock).hostKeys,
    clock,
    log: silentLog,
    ...options,
  })
  onTestFinished(() => {
    made.stop()
  })
  return made
}

async function relayTo(port: number, options: Partial<TcpRelayOptions> = {}): Promise<TcpRelay> {
  const relay = await startTcpRelay({ port, ...options })
  onTestFinished(async () => relay.stop())
  return relay
}

/** Accepts connections and does with them what the test says; by default it never answers. */
async function listener(onSocket: (socket: Socket) => void = () => undefined): Promise<Server> {
  const made = createServer((socket) => {
    socket.on('error', () => undefined)
    onSocket(socket)
  })
  made.listen(0, '127.0.0.1')
  await once(made, 'listening')
  onTestFinished(() => {
    made.close()
  })
  return made
}

function portOf(listening: Server): number {
  return (listening.address() as AddressInfo).port
}

describe('sharing', () => {
  test('calls at the same time share one handshake, and a ninth user gets a second connection', async () => {
    const relay = await relayTo(server.port)
    const pool = connections()
    const leases = await Promise.all(Array.from({ length: 8 }, async () => pool.acquire(target(relay.port))))
    expect(relay.accepted()).toBe(1)
    const answers = await Promise.all(
      leases.map(async ({ connection }, at) =>
        captureCommand(connection, { run: { argv: ['echo', String(at)] }, clock: realClock }),
      ),
    )
    expect(answers.map(({ stdout }) => stdout.trim())).toEqual(['0', '1', '2', '3', '4', '5', '6', '7'])
    const ninth = await pool.acquire(target(relay.port))
    expect(relay.accepted()).toBe(2)
    for (const lease of [...leases, ninth]) lease.release()
    await pool.use(target(relay.port), async () => Promise.resolve())
    expect(relay.accepted()).toBe(2)
  })

  test('a connection is closed a minute after its last user left, and not before', async () => {
    const clock = new ManualClock()
    const pool = connections(clock)
    const lease = await pool.acquire(target(server.port))
    lease.release()
    lease.release()
    clock.advance(59_999)
    const again = await pool.acquire(target(server.port))
    expect(again.connection).toBe(lease.connection)
    clock.advance(60_000)
    expect(again.connection.isOpen).toBe(true)
    again.release()
    clock.advance(60_000)
    expect(await again.connection.ended).toBeUndefined()
  })

  test('a server with a new address is connected anew', async () => {
    const relay = await relayTo(server.port)
    const pool = connections()
    const first = await pool.acquire(target(server.port, { key: 'moved' }))
    const second = await pool.acquire(target(relay.port, { key: 'moved' }))
    expect(second.connection).not.toBe(first.connection)
    expect(relay.accepted()).toBe(1)
  })

  test('after a cut the users are told and the next one gets a new connection', async () => {
    const relay = await relayTo(server.port)
    const pool = connections()
    const lease = await pool.acquire(target(relay.port))
    relay.cut()
    expect(await lease.connection.ended).toMatchObject({
      code: 'ssh.closed',
      retryable: true,
      message: expect.stringContaining(`web-1 (${server.user}@127.0.0.1:${relay.port})`),
    })
    await expect(lease.connection.openExec('true')).rejects.toMatchObject({ code: 'ssh.closed' })
    lease.release()
    const next = await pool.acquire(target(relay.port))
    expect(next.connection.isOpen).toBe(true)
  })

  test('a server that hangs is given up when it no longer answers', async () => {
    const relay = await relayTo(server.port)
    const lease = await connections(realClock, { keepaliveMs: 20 }).acquire(target(relay.port))
    relay.freeze()
    expect(await lease.connection.ended).toMatchObject({
      code: 'ssh.closed',
      message: expect.stringContaining('Keepalive timeout'),
    })
  })

  test('a server that does not answer a goodbye is dropped', async () => {
    const clock = new ManualClock()
    const relay = await relayTo(server.port)
    const pool = connections(clock)
    const lease = await pool.acquire(target(relay.port))
    relay.freeze()
    pool.drop(`server-${relay.port}`)
    await clock.whenSleeping(2_000)
    clock.advance(2_000)
    expect(await lease.connection.ended).toBeUndefined()
  })

  test('stop closes everything and takes nothing more', async () => {
    const pool = connections()
    const lease = await pool.acquire(target(server.port))
    pool.stop()
    expect(await lease.connection.ended).toBeUndefined()
    await expect(pool.acquire(target(server.port))).rejects.toMatchObject({ code: 'ssh.closed' })
  })
})

describe('failures', () => {
  test('a key that the server does not know is ssh.auth', async () => {
    await expect(
      connections().acquire(target(server.port, { privateKey: stranger.privateKey })),
    ).rejects.toMatchObject({
      code: 'ssh.auth',
      message: expect.stringContaining(`web-1 (${server.user}@127.0.0.1:${server.port}) refused the key`),
    })
  })

  test('a key that cannot be read is ssh.auth and is not quoted', async () => {
    await expect(
      connections().acquire(target(server.port, { privateKey: new Secret('canary') })),
    ).rejects.toMatchObject({ code: 'ssh.auth', message: expect.not.stringContaining('canary') })
  })

  test('a port that nobody listens on, and a name that does not exist, are ssh.unreachable', async () => {
    const gone = await listener()
    const port = portOf(gone)
    gone.close()
    await expect(connections().acquire(target(port))).rejects.toMatchObject({
      code: 'ssh.unreachable',
      retryable: true,
      message: expect.stringContaining('nothing listens'),
    })
    await expect(connections().acquire(target(22, { host: 'nowhere.invalid' }))).rejects.toMatchObject({
      code: 'ssh.unreachable',
      message: expect.stringContaining('DNS'),
    })
  })

  test('a server that accepts and never answers runs into the timeout', async () => {
    const clock = new ManualClock()
    const silent = await listener()
    const failing = expect(connections(clock).acquire(target(portOf(silent)))).rejects.toMatchObject({
      code: 'ssh.unreachable',
      retryable: true,
      message: expect.stringContaining('within 15 s'),
    })
    await clock.whenSleeping(15_000)
    clock.advance(15_000)
    await failing
  })

  test.each([0, 40, 900, 1_500])(
    'a cut after %d bytes of the handshake is ssh.unreachable',
    async (bytes) => {
      const relay = await relayTo(server.port, { cutAfterBytes: bytes })
      await expect(connections().acquire(target(relay.port))).rejects.toMatchObject({
        code: 'ssh.unreachable',
      })
    },
  )

  test('something that is no SSH server is ssh.unreachable', async () => {
    const web = await listener((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await expect(connections().acquire(target(portOf(web)))).rejects.toMatchObject({
      code: 'ssh.unreachable',
    })
  })

  test('a server with unsafe algorithms only is refused, and it says so', async () => {
    const hostKey = (await generateKeyPair({ type: 'rsa', comment: '' })).privateKey.reveal()
    for (const algorithms of [
      { kex: ['diffie-hellman-group14-sha1'] },
      { serverHostKey: ['ssh-rsa'] },
      { cipher: ['aes256-cbc'] },
    ]) {
      const old = new ssh2.Server(
        { hostKeys: [hostKey], algorithms: algorithms as ssh2.Algorithms },
        (client) => client.on('error', () => undefined),
      )
      old.listen(0, '127.0.0.1')
      await once(old, 'listening')
      onTestFinished(() => {
        old.close()
      })
      await expect(connections().acquire(target(portOf(old as unknown as Server)))).rejects.toMatchObject({
        code: 'ssh.unreachable',
        message: expect.stringContaining('no longer safe'),
      })
    }
  })

  test('an RSA key logs in with SHA-2, and never signs with SHA-1', async () => {
    const rsa = await generateKeyPair({ type: 'rsa', comment: '' })
    const modern = await startOpenSshServer({ authorizedKeys: [rsa.publicKey] })
    const old = await startOpenSshServer({
      authorizedKeys: [rsa.publicKey],
      config: ['PubkeyAcceptedAlgorithms ssh-rsa'],
    })
    onTestFinished(async () => {
      await Promise.all([modern.stop(), old.stop()])
    })
    for (const format of ['openssh', 'pem'] as const) {
      const privateKey = exportPrivateKey(rsa.privateKey, format)
      const lease = await connections().acquire(target(modern.port, { privateKey }))
      expect(lease.connection.isOpen).toBe(true)
      await expect(connections().acquire(target(old.port, { privateKey }))).rejects.toMatchObject({
        code: 'ssh.auth',
      })
      const parsed = loginKey(target(old.port, { privateKey }))
      expect(parsed.sign('data', 'sha256')).toHaveLength(512)
      expect(() => parsed.sign('data')).toThrow('SHA-1')
    }
    const pkcs8 = exportPrivateKey(key.privateKey, 'pem')
    const lease = await connections().acquire(target(server.port, { privateKey: pkcs8 }))
    expect(lease.connection.isOpen).toBe(true)
  })
})

describe('cancelling', () => {
  test('ends the attempt when nobody waits any more', async () => {
    const closed = Promise.withResolvers<boolean>()
    const accepted = Promise.withResolvers<boolean>()
    const silent = await listener((socket) => {
      accepted.resolve(true)
      socket.resume().on('close', () => {
        closed.resolve(true)
      })
    })
    const cancel = new AbortController()
    const reason = new Error('the person left')
    const failing = expect(
      connections().acquire(target(portOf(silent)), { signal: cancel.signal }),
    ).rejects.toBe(reason)
    await accepted.promise
    cancel.abort(reason)
    await failing
    expect(await closed.promise).toBe(true)
    await expect(
      connections().acquire(target(server.port), { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason)
  })

  test('by one of two leaves the other its handshake', async () => {
    const relay = await relayTo(server.port)
    const pool = connections()
    const cancel = new AbortController()
    const leaving = expect(pool.acquire(target(relay.port), { signal: cancel.signal })).rejects.toThrow(
      'left',
    )
    const staying = pool.acquire(target(relay.port))
    cancel.abort(new Error('left'))
    await leaving
    expect((await staying).connection.isOpen).toBe(true)
    expect(relay.accepted()).toBe(1)
  })
})

describe('waiting for a server that boots', () => {
  test('goes on through refused connections and a key that is not there yet', async () => {
    let attempts = 0
    const booting = await listener((socket) => {
      attempts += 1
      if (attempts === 1) socket.destroy()
    })
    const port = portOf(booting)
    const clock: Clock = { ...realClock, sleep: async (ms, signal) => realClock.sleep(ms / 20, signal) }
    const late = await startOpenSshServer({ authorizedKeys: [stranger.publicKey] })
    onTestFinished(async () => late.stop())
    let tries = 0
    const pool = connections(clock, {
      random: () => {
        tries += 1
        if (tries === 2) void late.authorize([key.publicKey])
        return 0.5
      },
    })
    await pool.waitUntilReachable(target(late.port), { timeoutMs: 30_000 })
    expect(tries).toBeGreaterThanOrEqual(2)
    await expect(
      connections(clock).waitUntilReachable(target(port), { timeoutMs: 100 }),
    ).rejects.toMatchObject({ code: 'ssh.unreachable' })
  })

  test('stops at once when cancelled', async () => {
    const clock = new ManualClock()
    const closed = await listener((socket) => socket.destroy())
    const cancel = new AbortController()
    const failing = expect(
      connections(clock, { random: () => 0.5 }).waitUntilReachable(target(portOf(closed)), {
        timeoutMs: 600_000,
        signal: cancel.signal,
      }),
    ).rejects.toThrow('enough')
    await clock.whenSleeping(400)
    cancel.abort(new Error('enough'))
    await failing
  })
})
