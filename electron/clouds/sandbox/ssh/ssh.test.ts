import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { GetConsoleOutputCommand, StopInstancesCommand } from '@aws-sdk/client-ec2'
import { Client, type ClientChannel, type ConnectConfig, type SFTPWrapper } from 'ssh2'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { liveMemoryBytes } from '../../../../tests/support/live-memory.ts'
import {
  importKey,
  type KeyFile,
  makeKeyFile,
  type SandboxCloud,
  startSandboxCloud,
} from '../../../../tests/support/sandbox-cloud.ts'

let cloud: SandboxCloud
let key: KeyFile
let server: { id: string; host: string; port: number }
const clients: Client[] = []
beforeAll(async () => {
  cloud = await startSandboxCloud()
  key = await makeKeyFile()
  await importKey(cloud, 'farm', key)
  server = await cloud.running({ KeyName: 'farm' })
})
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy()
})
afterAll(async () => {
  await cloud.remove()
  await key.remove()
})

const homeOf = (id: string): string => join(cloud.dir, 'instances', id, 'home')

async function login(change: Partial<ConnectConfig> & { to?: typeof server } = {}): Promise<Client> {
  const { to = server, ...config } = change
  const client = new Client()
  clients.push(client)
  const ready = once(client, 'ready')
  // Without it, each answer waits for the delayed acknowledgement of the one before.
  client.once('connect', () => client.setNoDelay(true))
  client.connect({
    host: to.host,
    port: to.port,
    username: 'farmhand',
    privateKey: key.privateKey,
    ...config,
  })
  await ready
  return client
}

function openExec(client: Client, command: string, pty = false): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, pty ? { pty: { cols: 100, rows: 30, term: 'vt100' } } : {}, (failure, channel) => {
      if (failure) reject(failure)
      else resolve(channel)
    })
  })
}

interface Ended {
  stdout: string
  stderr: string
  code: number | null
  signal: string | undefined
}

async function ended(channel: ClientChannel): Promise<Ended> {
  const out: Buffer[] = []
  const err: Buffer[] = []
  channel.on('data', (bytes: Buffer) => out.push(bytes))
  channel.stderr.on('data', (bytes: Buffer) => err.push(bytes))
  const how: { code: number | null; signal: string | undefined } = { code: null, signal: undefined }
  channel.on('exit', (code: number | null, signal?: string) => {
    how.code = code
    how.signal = signal
  })
  await once(channel, 'close')
  return { ...how, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }
}

/** OpenSSH's own client. */
function openSsh(
  program: 'ssh' | 'sftp',
  args: string[],
  input = '',
): Promise<{ code: number; stdout: string; stderr: string }> {
  const options = [
    ...['-i', key.path, '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'],
    ...['-o', 'LogLevel=ERROR', '-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes', '-F', '/dev/null'],
    ...['-o', `Port=${server.port}`],
  ]
  return new Promise((resolve) => {
    const child = execFile(program, [...options, ...args], (failure, stdout, stderr) => {
      resolve({ code: failure === null ? 0 : Number(failure.code), stdout, stderr })
    })
    child.stdin?.end(input)
  })
}

async function isAlive(pid: number): Promise<boolean> {
  // A process that ended stays a zombie until its parent looks.
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return status !== '' && !status.includes(') Z ')
}

describe('logging in', () => {
  it.each(['farmhand', 'root', 'ubuntu'])('as %s leads into the same home', async (username) => {
    const { stdout } = await ended(await openExec(await login({ username }), 'echo $USER $HOME; pwd'))
    expect(stdout).toBe(`${username} ${homeOf(server.id)}\n${homeOf(server.id)}\n`)
  })

  it('is refused with another key, with a password, and where no key was injected', async () => {
    const other = await makeKeyFile()
    await expect(login({ privateKey: other.privateKey })).rejects.toThrow('authentication methods failed')
    const { privateKey: _, ...bare } = { privateKey: '', password: 'farmhand' }
    await expect(login({ ...bare, authHandler: ['none', 'password'] })).rejects.toThrow(
      'authentication methods failed',
    )
    const closed = await cloud.running()
    await expect(login({ to: closed })).rejects.toThrow('authentication methods failed')
    await other.remove()
  })

  it('works with an RSA key', async () => {
    const rsa = await makeKeyFile('rsa')
    await importKey(cloud, 'rsa', rsa)
    const to = await cloud.running({ KeyName: 'rsa' })
    const client = await login({ to, privateKey: rsa.privateKey })
    expect(await ended(await openExec(client, 'echo in'))).toMatchObject({ stdout: 'in\n', code: 0 })
    await rsa.remove()
  })

  it('shows the host key that the console tells, also after a restart of the Sandbox', async () => {
    const { Output } = await cloud.ec2.send(new GetConsoleOutputCommand({ InstanceId: server.id }))
    const text = Buffer.from(Output ?? '', 'base64').toString()
    const told = /^256 (SHA256:\S{43}) root@\S+ \(ED25519\)$/m.exec(text)?.[1]
    const shown: string[] = []
    const hostVerifier = (hash: string): boolean => {
      shown.push(`SHA256:${Buffer.from(hash, 'hex').toString('base64').replace(/=+$/, '')}`)
      return true
    }
    await login({ hostHash: 'sha256', hostVerifier })
    await cloud.restart()
    await login({ hostHash: 'sha256', hostVerifier })
    expect(shown).toEqual([told, told])
  })
})

describe('a command', () => {
  it('has its own input, output and errors, and tells its status', async () => {
    const channel = await openExec(await login(), 'cat; echo wrong >&2; exit 7')
    const result = ended(channel)
    channel.end('typed')
    expect(await result).toEqual({ stdout: 'typed', stderr: 'wrong\n', code: 7, signal: undefined })
  })

  it('gets nothing of the environment of Farmhand', async () => {
    vi.stubEnv('FARMHAND_CANARY', 'secret')
    const { stdout } = await ended(await openExec(await login(), 'env'))
    vi.unstubAllEnvs()
    expect(stdout).toContain(`HOME=${homeOf(server.id)}\n`)
    expect(stdout).not.toContain('FARMHAND_CANARY')
    expect(stdout).not.toContain('VITEST')
  })

  it('that a signal ends tells which', async () => {
    expect(await ended(await openExec(await login(), 'kill -KILL $$'))).toMatchObject({ signal: 'SIGKILL' })
  })

  it('gets the signals that are sent to it', async () => {
    const channel = await openExec(
      await login(),
      `trap 'echo caught; exit 5' INT; echo ready; while :; do sleep 0.05; done`,
    )
    const result = ended(channel)
    channel.once('data', () => {
      channel.signal('INT')
    })
    expect(await result).toMatchObject({ stdout: 'ready\ncaught\n', code: 5 })
  })

  it('ends with the connection, with all that it started', async () => {
    const client = await login()
    const channel = await openExec(client, 'sleep 300 & echo $!; echo $$; wait')
    let text = ''
    channel.on('data', (bytes: Buffer) => (text += bytes.toString()))
    await vi.waitFor(
      () => {
        expect(text.trim().split('\n')).toHaveLength(2)
      },
      { timeout: 5_000 },
    )
    client.destroy()
    const pids = text.trim().split('\n').map(Number)
    await vi.waitFor(
      async () => {
        for (const pid of pids) expect(await isAlive(pid)).toBe(false)
      },
      { timeout: 10_000 },
    )
  })

  it('waits for a reader that is behind, and loses nothing', async () => {
    const channel = await openExec(await login(), 'head -c 50000000 /dev/zero; echo done >&2')
    channel.pause()
    let isDone = false
    channel.stderr.once('data', () => (isDone = true))
    const before = await liveMemoryBytes()
    // Other commands go on meanwhile; by then the first would have written all of it, were it not held.
    for (let turn = 0; turn < 8; turn += 1) await ended(await openExec(await login(), 'true'))
    expect(isDone).toBe(false)
    expect((await liveMemoryBytes()) - before).toBeLessThan(24_000_000)
    let length = 0
    channel.on('data', (bytes: Buffer) => (length += bytes.length))
    channel.resume()
    await once(channel, 'close')
    expect(length).toBe(50_000_000)
  })
})

describe('a terminal', () => {
  it('has the size that the client says, follows its changes, and tells the status', async () => {
    const client = await login()
    const channel = await new Promise<ClientChannel>((resolve, reject) => {
      client.shell({ cols: 91, rows: 27, term: 'xterm-256color' }, (failure, opened) => {
        if (failure) reject(failure)
        else resolve(opened)
      })
    })
    let text = ''
    channel.on('data', (bytes: Buffer) => (text += bytes.toString()))
    const says = async (what: string | RegExp): Promise<void> => {
      await vi.waitFor(
        () => {
          expect(text).toMatch(what)
        },
        { timeout: 10_000 },
      )
    }
    await says(/farmhand@ip-[0-9-]+:~[#$] /)
    channel.write('stty size; echo $TERM; tty\n')
    await says(/27 91\r\nxterm-256color\r\n\/dev\/pts\//)
    channel.setWindow(40, 120, 0, 0)
    channel.write('stty size\n')
    await says(/40 120\r\n/)
    channel.write('echo going on; sleep 300\n')
    await says(/going on\r\n/)
    channel.write('\x03')
    channel.write('echo "after $?"\n')
    await says(/after 130\r\n/)
    const exit = once(channel, 'exit')
    channel.write('exit 4\n')
    expect((await exit)[0]).toBe(4)
  })

  it('serves commands too', async () => {
    const channel = await openExec(await login(), 'stty size; test -t 0 && echo tty; exit 2', true)
    expect(await ended(channel)).toMatchObject({ stdout: '30 100\r\ntty\r\n', code: 2 })
  })

  it('hangs up what runs on it when the client goes', async () => {
    const client = await login()
    const channel = await openExec(client, 'echo $$; sleep 300', true)
    const [pid] = (await once(channel, 'data')) as [Buffer]
    client.destroy()
    await vi.waitFor(
      async () => {
        expect(await isAlive(Number(pid.toString().trim()))).toBe(false)
      },
      { timeout: 5_000 },
    )
  })
})

describe('OpenSSH’s own client', () => {
  it('runs commands, with and without a terminal', async () => {
    const to = `farmhand@${server.host}`
    expect(await openSsh('ssh', [to, 'cat; echo err >&2; exit 3'], 'typed')).toEqual({
      code: 3,
      stdout: 'typed',
      stderr: 'err\n',
    })
    expect(await openSsh('ssh', ['-tt', to, 'test -t 1 && echo tty; exit 4'])).toMatchObject({
      code: 4,
      stdout: 'tty\r\n',
    })
  })

  it('gets 100 MB whole', async () => {
    const { stdout } = await openSsh('ssh', [`farmhand@${server.host}`, 'head -c 5 /dev/zero | wc -c'])
    expect(stdout.trim()).toBe('5')
    const pipe = `ssh -F /dev/null -i ${key.path} -p ${server.port} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR farmhand@${server.host} 'head -c 100000000 /dev/zero' | wc -c`
    const count = await new Promise<string>((resolve) => {
      execFile('sh', ['-c', pipe], (_failure, out) => {
        resolve(out.trim())
      })
    })
    expect(count).toBe('100000000')
  })

  it('moves files', async () => {
    await writeFile(join(homeOf(server.id), 'there'), 'x'.repeat(100_000))
    const local = join(cloud.dir, 'fetched')
    const batch = [
      'pwd',
      'mkdir sub',
      `get there ${local}`,
      `put ${local} sub/back`,
      'chmod 600 sub/back',
      'rename sub/back sub/renamed',
      'ls -l sub',
      'rm sub/renamed',
      'rmdir sub',
      '',
    ].join('\n')
    const { code, stdout, stderr } = await openSsh('sftp', ['-b', '-', `farmhand@${server.host}`], batch)
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toMatch(/-rw------- .* 100000 .* renamed/)
    expect(await readFile(local, 'utf8')).toBe('x'.repeat(100_000))
  })
})

describe('file transfer', () => {
  async function sftp(): Promise<SFTPWrapper> {
    const client = await login()
    return new Promise((resolve, reject) => {
      client.sftp((failure, opened) => {
        if (failure) reject(failure)
        else resolve(opened)
      })
    })
  }
  function ask<Result>(
    call: (done: (failure: Error | undefined, result: Result) => void) => void,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      call((failure, result) => {
        if (failure) reject(failure)
        else resolve(result)
      })
    })
  }
  function act(call: (done: (failure?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      call((failure) => {
        if (failure) reject(failure)
        else resolve()
      })
    })
  }

  it('begins at home and knows the paths that the shell tells', async () => {
    const files = await sftp()
    const home = homeOf(server.id)
    expect(await ask<string>((done) => files.realpath('.', done))).toBe(home)
    await act((done) => files.writeFile(`${home}/by-path`, 'hello', done))
    expect(await readFile(join(home, 'by-path'), 'utf8')).toBe('hello')
    expect((await ask<{ size: number }>((done) => files.stat('by-path', done))).size).toBe(5)
  })

  it('lists a folder of a thousand files', async () => {
    const folder = join(homeOf(server.id), 'many')
    await mkdir(folder)
    for (let at = 0; at < 1_000; at += 1) await writeFile(join(folder, `file-${at}`), '')
    const files = await sftp()
    const list = await ask<{ filename: string }[]>((done) => files.readdir('many', done))
    expect(list).toHaveLength(1_000)
  })

  it('carries bytes of a large file as they are', async () => {
    const bytes = Buffer.alloc(5_000_000)
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = (at * 31 + (at >> 8)) & 0xff
    const files = await sftp()
    await act((done) => files.writeFile('large', bytes, done))
    expect((await ask<Buffer>((done) => files.readFile('large', done))).equals(bytes)).toBe(true)
  })

  it.each(['/etc/passwd', '../../../journal.jsonl', 'way-out/journal.jsonl', '../console.log'])(
    'does not lead to %s',
    async (path) => {
      await symlink(cloud.dir, join(homeOf(server.id), 'way-out')).catch(() => undefined)
      const files = await sftp()
      await expect(ask<Buffer>((done) => files.readFile(path, done))).rejects.toThrow(
        'Only the home directory of this instance can be reached.',
      )
      await expect(act((done) => files.writeFile(path, 'x', done))).rejects.toThrow('Only the home')
    },
  )

  it('says what is missing', async () => {
    const files = await sftp()
    await expect(ask<Buffer>((done) => files.readFile('nothing', done))).rejects.toThrow('No such file')
    await act((done) => files.writeFile('one', '1', done))
    await act((done) => files.writeFile('two', '2', done))
    await expect(act((done) => files.rename('one', 'two', done))).rejects.toThrow('by this name')
  })
})

it('an instance that stops takes its sessions and all of its processes along', async () => {
  const to = await cloud.running({ KeyName: 'farm' })
  const client = await login({ to })
  const { stdout } = await ended(await openExec(client, 'setsid sleep 300 >/dev/null 2>&1 & echo $!'))
  const shell = await openExec(client, 'echo $$; sleep 300')
  const [started] = (await once(shell, 'data')) as [Buffer]
  const isClosed = once(client, 'close')
  client.on('error', () => undefined)
  await cloud.ec2.send(new StopInstancesCommand({ InstanceIds: [to.id] }))
  await isClosed
  await vi.waitFor(
    async () => {
      expect(await isAlive(Number(stdout))).toBe(false)
      expect(await isAlive(Number(started.toString()))).toBe(false)
    },
    { timeout: 5_000 },
  )
  const refused = connect(to.port, to.host)
  const [failure] = (await once(refused, 'error')) as [NodeJS.ErrnoException]
  expect(failure.code).toBe('ECONNREFUSED')
})
