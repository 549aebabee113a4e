import { spawn } from 'node:child_process'
import type { ServerChannel } from 'ssh2'
import { signalGroup } from '../machines/processes.ts'
import type { Running, SessionOptions } from './session-options.ts'
import { shellEnvironment, shellOf } from './shell-environment.ts'

/** How long a command may take to end when it was asked to. */
const graceMs = 5_000

interface ExecOptions extends SessionOptions {
  env: Readonly<Record<string, string>>
  /** Without one, a shell reads its commands from the client. */
  command: string | undefined
}

/** Runs a command with its three streams on a channel. It ends when the client closes the channel. */
export function runPiped(channel: ServerChannel, options: ExecOptions): Running {
  const shell = shellOf()
  const child = spawn(shell.program, options.command === undefined ? [] : shell.command(options.command), {
    cwd: options.place.homeDir,
    env: shellEnvironment(options.place, options.user, options.env),
    detached: process.platform !== 'win32',
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  })
  const over = new AbortController()
  let isClosed = false
  const signal = (name: NodeJS.Signals): void => {
    if (child.pid !== undefined && !over.signal.aborted) signalGroup(child.pid, name)
  }
  const end = (): void => {
    signal('SIGTERM')
    options.clock.sleep(graceMs, over.signal).then(
      () => {
        signal('SIGKILL')
      },
      () => undefined,
    )
  }
  const endNow = (): void => {
    signal('SIGKILL')
  }
  options.signal.addEventListener('abort', endNow, { once: true })

  channel.pipe(child.stdin)
  // A command that does not read its input is no failure.
  child.stdin.on('error', () => channel.resume())
  child.stdout.pipe(channel, { end: false })
  child.stderr.pipe(channel.stderr, { end: false })
  channel.on('error', () => undefined)
  channel.on('close', () => {
    isClosed = true
    // What the command still writes has no reader: its pipes must not fill up.
    child.stdout.unpipe(channel).resume()
    child.stderr.unpipe(channel.stderr).resume()
    if (!over.signal.aborted) end()
  })
  child.once('error', () => {
    finish(127, null)
  })
  child.once('close', (code, name) => {
    finish(code, name)
  })

  function finish(code: number | null, name: NodeJS.Signals | null): void {
    if (over.signal.aborted) return
    over.abort()
    options.signal.removeEventListener('abort', endNow)
    if (isClosed) return
    if (name === null) channel.exit(code ?? 255)
    else channel.exit(name.replace(/^SIG/, ''))
    channel.end()
  }

  return { signal, resize: () => undefined }
}
