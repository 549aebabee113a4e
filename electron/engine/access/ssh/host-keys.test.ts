import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { realClock } from '../../../../tests/support/clocks.ts'
import { hostKeyMemory } from '../../../../tests/support/host-key-memory.ts'
import type { HostKeyMemory } from '../../../../tests/support/host-key-memory.ts'
import { silentLog } from '../../../../tests/support/logs.ts'
import { startOpenSshServer } from '../../../../tests/support/openssh-server.ts'
import type { OpenSshServer } from '../../../../tests/support/openssh-server.ts'
import { SshConnections } from './connections.ts'
import { consoleFingerprints } from './host-keys.ts'
import { generateKeyPair } from './key-pair.ts'
import type { KeyPair } from './key-pair.ts'
import type { SshTarget } from './ssh-target.ts'

const run = promisify(execFile)
let key: KeyPair
let server: OpenSshServer

beforeAll(async () => {
  key = await generateKeyPair({ comment: '' })
  server = await startOpenSshServer({ authorizedKeys: [key.publicKey] })
})
afterAll(async () => {
  await server.stop()
})

function target(change: Partial<SshTarget> = {}): SshTarget {
  return {
    key: 'srv-1',
    label: 'web-1',
    host: server.host,
    port: server.port,
    user: server.user,
    privateKey: key.privateKey,
    ...change,
  }
}

/** One login on a connection of its own, so that the host key is judged each time. */
async function login(memory: HostKeyMemory, change: Partial<SshTarget> = {}): Promise<void> {
  const pool = new SshConnections({ hostKeys: memory.hostKeys, clock: realClock, log: silentLog })
  try {
    await pool.acquire(target(change))
  } finally {
    pool.stop()
  }
}

test('the first key is pinned, and only after the login proved that the server owns it', async () => {
  const memory = hostKeyMemory(realClock)
  const stranger = await generateKeyPair({ comment: '' })
  await expect(login(memory, { privateKey: stranger.privateKey })).rejects.toMatchObject({ code: 'ssh.auth' })
  expect(memory.pins.size).toBe(0)
  await login(memory)
  await login(memory)
  expect(memory.trusted).toHaveLength(1)
  expect(memory.pins.get('srv-1')).toMatchObject({
    serverId: 'srv-1',
    host: server.host,
    port: server.port,
    keyType: 'ssh-ed25519',
    fingerprint: await server.hostKeyFingerprint(),
    trustedBy: 'first-use',
  })
})

test('a changed key is refused with both fingerprints until a person accepts it', async () => {
  const memory = hostKeyMemory(realClock)
  await login(memory)
  const expectedFingerprint = await server.hostKeyFingerprint()
  await server.changeHostKey()
  const actualFingerprint = await server.hostKeyFingerprint()
  const changed = { code: 'ssh.host_key_changed', details: { expectedFingerprint, actualFingerprint } }
  await expect(login(memory)).rejects.toMatchObject(changed)
  await expect(login(memory)).rejects.toMatchObject(changed)
  expect(memory.questions).toHaveLength(1)
  expect(memory.questions[0]?.question).toMatchObject({
    serverId: 'srv-1',
    expectedFingerprint,
    actualFingerprint,
  })
  const accepted = memory.nextTrusted()
  memory.questions[0]?.answer('accept')
  expect(await accepted).toMatchObject({
    kind: 'HostKeyChanged',
    firedBy: 'person',
    data: { fingerprint: actualFingerprint, replaced: expectedFingerprint },
  })
  await login(memory)
})

test('a refused change stays refused, and is asked about again at the next try', async () => {
  const memory = hostKeyMemory(realClock)
  await login(memory)
  const pin = memory.pins.get('srv-1')
  await server.changeHostKey()
  await expect(login(memory)).rejects.toMatchObject({ code: 'ssh.host_key_changed' })
  memory.questions[0]?.answer('refuse')
  await expect(login(memory)).rejects.toMatchObject({ code: 'ssh.host_key_changed' })
  expect(memory.questions).toHaveLength(2)
  expect(memory.pins.get('srv-1')).toEqual(pin)
})

test('the first key must be one that the console told, when it told any', async () => {
  const memory = hostKeyMemory(realClock)
  const actualFingerprint = await server.hostKeyFingerprint()
  const other = (await generateKeyPair({ comment: '' })).sha256Fingerprint
  await expect(login(memory, { knownFingerprints: [other] })).rejects.toMatchObject({
    code: 'ssh.host_key_refused',
    details: { expectedFingerprint: other, actualFingerprint },
  })
  expect(memory.pins.size).toBe(0)
  await login(memory, { knownFingerprints: [other, actualFingerprint] })
  expect(memory.pins.get('srv-1')?.trustedBy).toBe('console')
})

test('a server that gets a further host key is still recognised by the pinned one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'host-keys-'))
  onTestFinished(async () => rm(folder, { recursive: true, force: true }))
  const ecdsa = join(folder, 'ecdsa')
  await run('ssh-keygen', ['-q', '-t', 'ecdsa', '-N', '', '-f', ecdsa])
  const both = await startOpenSshServer({ authorizedKeys: [key.publicKey], config: [`HostKey ${ecdsa}`] })
  onTestFinished(async () => both.stop())
  const { stdout } = await run('ssh-keygen', ['-l', '-f', ecdsa])
  const memory = hostKeyMemory(realClock)
  memory.pins.set('srv-1', {
    serverId: 'srv-1',
    host: both.host,
    port: both.port,
    keyType: 'ecdsa-sha2-nistp256',
    fingerprint: stdout.split(' ')[1] ?? '',
    trustedBy: 'first-use',
    at: new Date().toISOString(),
  })
  await login(memory, { port: both.port })
  expect(memory.trusted).toHaveLength(0)
})

test('fingerprints come from either block of a console output', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'host-keys-'))
  onTestFinished(async () => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'key')
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'root@web', '-f', path])
  const { stdout: line } = await run('ssh-keygen', ['-l', '-f', path])
  const fingerprint = line.split(' ')[1]
  const block = (name: string, text: string): string =>
    `-----BEGIN SSH HOST KEY ${name}-----\n${text.trim()}\n-----END SSH HOST KEY ${name}-----\n`
  expect(consoleFingerprints(block('FINGERPRINTS', line))).toEqual([fingerprint])
  expect(consoleFingerprints(block('KEYS', await readFile(`${path}.pub`, 'utf8')))).toEqual([fingerprint])
})
