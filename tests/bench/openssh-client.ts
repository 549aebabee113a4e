import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type IPty, spawn as spawnPty } from 'node-pty'
import type { OpenSshServer } from '../support/openssh-server.ts'

const run = promisify(execFile)

/** The OpenSSH client with a key of its own. */
export interface OpenSshClient {
  publicKey: string
  /** A login shell of the server in a local terminal. */
  openShell(server: OpenSshServer): IPty
  /** Milliseconds from start to end of `command` on a remote terminal, its output thrown away. */
  runMs(server: OpenSshServer, command: string): Promise<number>
  remove(): Promise<void>
}

/** Makes the key. */
export async function makeOpenSshClient(): Promise<OpenSshClient> {
  const folder = await mkdtemp(join(tmpdir(), 'ssh-'))
  const key = join(folder, 'key')
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
  const flags = ({ port, user, host }: OpenSshServer): string[] => [
    ...['-F', 'none', '-i', key, '-p', String(port), '-o', 'IdentitiesOnly=yes', '-o', 'LogLevel=ERROR'],
    ...['-o', 'StrictHostKeyChecking=no', '-o', `UserKnownHostsFile=${join(folder, 'known')}`],
    '-tt',
    `${user}@${host}`,
  ]
  return {
    publicKey: await readFile(`${key}.pub`, 'utf8'),
    openShell: (server) => spawnPty('ssh', flags(server), { cols: 120, rows: 24, name: 'xterm-256color' }),
    async runMs(server, command) {
      const startedMs = performance.now()
      const child = spawn('ssh', [...flags(server), command], { stdio: ['ignore', 'ignore', 'inherit'] })
      const code = await new Promise((resolve) => child.once('exit', resolve))
      if (code !== 0) throw new Error(`ssh ended with ${String(code)}.`)
      return performance.now() - startedMs
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
