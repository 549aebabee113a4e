import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const run = promisify(execFile)
const sshdPaths = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/opt/homebrew/sbin/sshd']

/** Debian's OpenSSH server on a loopback port with its own configuration, host key and authorised keys. */
export interface OpenSshServer {
  host: string
  port: number
  /** The account that the server logs in: whoever runs the tests. */
  user: string
  /** `SHA256:…` of the host key it shows now. */
  hostKeyFingerprint(): Promise<string>
  /** Makes a new host key and restarts on the same port; open sessions end. */
  changeHostKey(): Promise<void>
  /** Lets these public keys (`authorized_keys` lines) in, and no others. */
  authorize(publicKeys: string[]): Promise<void>
  /** Ends the server and every session of it. */
  stop(): Promise<void>
}

export interface OpenSshServerOptions {
  authorizedKeys: string[]
  /** Further lines of `sshd_config`. */
  config?: string[]
}

/** Starts a server and resolves when it listens. */
export async function startOpenSshServer(options: OpenSshServerOptions): Promise<OpenSshServer> {
  const sshd = sshdPaths.find((path) => existsSync(path))
  if (sshd === undefined) {
    throw new Error('These tests need the OpenSSH server: install it with "apt-get install openssh-server".')
  }
  const folder = await mkdtemp(join(tmpdir(), 'sshd-'))
  const user = userInfo().username
  // Debian's sshd wants this folder when it runs as root.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 })
  const port = await freePort()
  const hostKey = join(folder, 'host_key')
  const configPath = join(folder, 'sshd_config')
  const authorize = async (publicKeys: string[]): Promise<void> => {
    await writeFile(join(folder, 'authorized_keys'), `${publicKeys.join('\n')}\n`, { mode: 0o600 })
  }
  const makeHostKey = async (): Promise<void> => {
    await rm(hostKey, { force: true })
    await rm(`${hostKey}.pub`, { force: true })
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey])
  }
  await authorize(options.authorizedKeys)
  await makeHostKey()
  await writeFile(
    configPath,
    [
      // The first value of a setting counts, so a test's own lines stand in front.
      ...(options.config ?? []),
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${hostKey}`,
      `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'PrintMotd no',
      'PrintLastLog no',
      'MaxStartups 200:30:400',
      'UseDNS no',
      'Subsystem sftp internal-sftp',
      '',
    ].join('\n'),
  )
  let server = await listen(sshd, configPath)
  return {
    host: '127.0.0.1',
    port,
    user,
    authorize,
    async hostKeyFingerprint() {
      const { stdout } = await run('ssh-keygen', ['-l', '-f', hostKey])
      return stdout.split(' ')[1] ?? ''
    },
    async changeHostKey() {
      await end(server)
      await makeHostKey()
      server = await listen(sshd, configPath)
    },
    async stop() {
      await end(server)
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

async function listen(sshd: string, configPath: string): Promise<ChildProcess> {
  const server = spawn(sshd, ['-D', '-e', '-f', configPath], { stdio: ['ignore', 'ignore', 'pipe'] })
  const log: string[] = []
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: server.stderr }).on('line', (line) => {
      log.push(line)
      if (line.includes('Server listening on')) resolve()
    })
    server.once('error', reject)
    server.once('exit', () => {
      reject(new Error(`The OpenSSH server did not start:\n${log.join('\n')}`))
    })
  })
  return server
}

/** Ends the listener and the processes of its sessions, which outlive it otherwise. */
async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined) return
  const exited = new Promise((resolve) => server.once('exit', resolve))
  for (const pid of await childrenOf(server.pid)) kill(pid)
  server.kill('SIGKILL')
  await exited
}

async function childrenOf(pid: number): Promise<number[]> {
  try {
    const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
    const children = list.split(' ').filter((child) => child !== '')
    return (
      await Promise.all(children.map(async (child) => [...(await childrenOf(Number(child))), Number(child)]))
    ).flat()
  } catch {
    return []
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('The probe has no port.')
  return address.port
}
