import { Buffer } from 'node:buffer'
import type { IPty, spawn as SpawnPty } from 'node-pty'
import type { ServerChannel } from 'ssh2'
import { signalGroup } from '../machines/processes.ts'
import type { Running, SessionOptions } from './session-options.ts'
import { shellEnvironment, shellOf, signalName } from './shell-environment.ts'

/** How long a shell may take to end after it was hung up. */
const graceMs = 2_000

export interface PtyFacts {
  term: string
  cols: number
  rows: number
}

interface PtyOptions extends SessionOptions {
  env: Readonly<Record<string, string>>
  pty: PtyFacts
  /** Without one, an interactive shell. */
  command: string | undefined
}

/** Runs a shell or a command on a terminal of its own. It is hung up when the client closes the channel. */
export function runOnPty(channel: ServerChannel, options: PtyOptions): Running {
  const shell = new PtyShell(channel, options)
  // Loaded late: it is native, and a machine where it does not load still has commands and files.
  import('node-pty').then(
    ({ spawn }) => {
      shell.start(spawn)
    },
    (thrown: unknown) => {
      shell.fail(thrown)
    },
  )
  return shell
}

class PtyShell implements Running {
  readonly #channel: ServerChannel
  readonly #options: PtyOptions
  readonly #over = new AbortController()
  #size: { cols: number; rows: number }
  #pty: IPty | undefined
  #isClosed = false

  constructor(channel: ServerChannel, options: PtyOptions) {
    this.#channel = channel
    this.#options = options
    this.#size = usable(options.pty)
    channel.on('error', () => undefined)
    channel.on('close', () => {
      this.#isClosed = true
      this.#hangUp()
    })
  }

  start(spawn: typeof SpawnPty): void {
    if (this.#isClosed) return
    const { place, user, env, command, pty } = this.#options
    const shell = shellOf()
    try {
      this.#pty = spawn(shell.program, command === undefined ? shell.interactive : shell.command(command), {
        name: pty.term,
        ...this.#size,
        cwd: place.homeDir,
        env: { ...shellEnvironment(place, user, env), TERM: pty.term },
        encoding: null,
      })
    } catch (thrown) {
      this.fail(thrown)
      return
    }
    this.#connect(this.#pty)
  }

  /** Tells the client why there is no terminal. */
  fail(thrown: unknown): void {
    if (this.#isClosed) return
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    this.#channel.stderr.write(`This machine could not open a terminal: ${why}\r\n`)
    this.#channel.exit(255)
    this.#channel.end()
  }

  signal(name: NodeJS.Signals): void {
    if (this.#pty && !this.#over.signal.aborted) signalGroup(this.#pty.pid, name)
  }

  resize(size: { cols: number; rows: number }): void {
    this.#size = usable(size)
    if (this.#pty && !this.#over.signal.aborted) this.#pty.resize(this.#size.cols, this.#size.rows)
  }

  #connect(pty: IPty): void {
    const channel = this.#channel
    pty.onData((data: string | Buffer) => {
      if (this.#isClosed) return
      if (channel.write(Buffer.from(data))) return
      // The reader is behind: the program waits until it has caught up.
      pty.pause()
      channel.once('drain', () => {
        pty.resume()
      })
    })
    channel.on('data', (data: Buffer) => {
      if (!this.#over.signal.aborted) pty.write(data)
    })
    const endNow = (): void => {
      this.signal('SIGKILL')
    }
    this.#options.signal.addEventListener('abort', endNow, { once: true })
    pty.onExit(({ exitCode, signal }) => {
      this.#over.abort()
      this.#options.signal.removeEventListener('abort', endNow)
      if (this.#isClosed) return
      if (signal === undefined || signal === 0) channel.exit(exitCode)
      else channel.exit(signalName(signal))
      channel.end()
    })
  }

  #hangUp(): void {
    const pty = this.#pty
    if (!pty || this.#over.signal.aborted) return
    pty.resume()
    pty.kill()
    this.#options.clock.sleep(graceMs, this.#over.signal).then(
      () => {
        this.signal('SIGKILL')
      },
      () => undefined,
    )
  }
}

/** A client without a window of its own says 0. */
function usable(size: { cols: number; rows: number }): { cols: number; rows: number } {
  const within = (value: number, usual: number): number => (value > 0 ? Math.min(value, 1_000) : usual)
  return { cols: within(size.cols, 80), rows: within(size.rows, 24) }
}
