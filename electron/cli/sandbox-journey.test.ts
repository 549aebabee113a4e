import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Server } from '../../shared/model/servers.ts'
import { spawnCli, startServing, type ServingCli } from '../../tests/support/cli-runner.ts'

const run = promisify(execFile)

let dataDir: string
let child: ServingCli['child']
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'farmhand-journey-'))
  child = (await startServing({ dataDir })).child
})
afterAll(async () => {
  const closed = once(child, 'close')
  child.kill('SIGTERM')
  await closed
  await rm(dataDir, { recursive: true, force: true })
})

const cli = (words: readonly string[], stdin?: string) =>
  spawnCli(words, { dataDir, ...(stdin === undefined ? {} : { stdin }) })

async function done(...words: string[]): Promise<unknown> {
  const { status, stdout, stderr } = await cli([...words, '--json'])
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${String(status)}: ${stdout}${stderr}`)
  return JSON.parse(stdout)
}

describe('the sample farm on the Sandbox, by the command line', () => {
  it('is launched, used with the real OpenSSH client, and taken down', { timeout: 120_000 }, async () => {
    await done('cloud', 'add', 'sandbox', '--name', 'sandbox')
    const { name } = (await done('farm', 'sample')) as { name: string }
    const planned = await cli(['farm', 'plan', name])
    expect(planned).toMatchObject({ status: 0 })
    expect(planned.stdout).toContain('to create')

    expect(await done('farm', 'launch', name, '--wait')).toMatchObject({ state: 'done' })
    const servers = (await done('server', 'ls')) as Server[]
    expect(servers.length).toBeGreaterThan(0)
    for (const server of servers) expect(server).toMatchObject({ status: 'running', farm: name })
    const [first] = servers
    if (first?.ssh == null) throw new Error('a server with an address was expected')
    const { host, port, user } = first.ssh
    const slot = `${first.farm}/${first.alias}/${String(first.index)}`

    expect((await cli(['server', 'exec', slot, '--', 'false'])).status).toBe(1)
    expect(await cli(['server', 'exec', first.id, '--', 'echo', 'hello  you'])).toEqual({
      status: 0,
      stdout: 'hello  you\n',
      stderr: '',
    })
    const shell = await cli(['server', 'ssh', slot], 'echo in-$((40+2)); exit 3\n')
    expect(shell.status).toBe(3)
    expect(shell.stdout).toContain('in-42')

    const key = join(dataDir, 'key')
    await done('server', 'key', slot, '--out', key)
    const known = join(dataDir, 'known_hosts')
    const options = [
      '-o',
      'BatchMode=yes',
      '-o',
      'StrictHostKeyChecking=accept-new',
      '-o',
      `UserKnownHostsFile=${known}`,
    ]
    const { stdout } = await run('ssh', [
      '-F',
      'none',
      '-i',
      key,
      '-p',
      String(port),
      ...options,
      `${user}@${host}`,
      'echo from-$((40+2))',
    ])
    expect(stdout).toBe('from-42\n')
    const { stdout: fingerprints } = await run('ssh-keygen', ['-l', '-f', known])
    // Pinned when the terminal was opened; OpenSSH has seen the same one.
    const { ssh } = (await done('server', 'show', slot)) as Server
    expect(fingerprints).toContain(ssh?.hostKeyFingerprint)

    expect((await cli(['server', 'show', slot])).stdout).toContain('running')
    expect(((await done('event', 'ls')) as { kind: string }[]).map(({ kind }) => kind)).toContain('HostUp')
    const up = (await done('event', 'ls', '--kind', 'HostUp', '--limit', '1')) as object[]
    expect(up).toMatchObject([
      { kind: 'HostUp', farm: name, index: expect.any(Number), causedBy: null, seq: expect.any(Number) },
    ])
    expect(await done('farm', 'terminate', name, '--wait')).toMatchObject({ state: 'done' })
    expect(await done('server', 'ls')).toEqual([])
  })
})
