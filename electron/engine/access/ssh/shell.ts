import type { Buffer } from 'node:buffer'
import type { ClientChannel } from 'ssh2'
import type { AppError } from '../../../../shared/model/errors.ts'
import type { TerminalSize } from '../../../../shared/model/terminals.ts'
import { keepShellWindow } from './channel-flow.ts'
import { writeAll } from './channel-writer.ts'
import type { SshConnection } from './connection.ts'
import { connectionLost } from './failures.ts'

/** How a shell ended. `failure` is set when the connection was lost instead. */
export interface ShellEnd {
  code: number | null
  signal: string | null
  failure: AppError | undefined
}

export interface ShellOptions {
  size: TerminalSize
  /** Takes the bytes of the terminal in order. */
  onData(bytes: Buffer): void
  /** Called once, after the last `onData`. */
  onEnd(end: ShellEnd): void
}

/** A login shell on a terminal of a server. */
export class SshShell {
  readonly #channel: ClientChannel
  readonly #over = new AbortController()
  #isClosing = false

  constructor(connection: SshConnection, channel: ClientChannel, options: ShellOptions) {
    this.#channel = channel
    const openWindow = keepShellWindow(channel)
    channel.on('data', (bytes: Buffer) => {
      options.onData(bytes)
      openWindow()
    })
    channel.stderr.on('data', (bytes: Buffer) => {
      options.onData(bytes)
      openWindow()
    })
    // `close` says again what `exit` said, also when that came before anybody listened.
    channel.once('close', (code?: number | null, signal?: string) => {
      this.#over.abort()
      const isLost = code === undefined && !this.#isClosing
      options.onEnd({
        code: code ?? null,
        signal: signal ?? null,
        failure: isLost ? (connection.failure ?? connectionLost(connection.target)) : undefined,
      })
    })
  }

  /** Sends input; resolves when there is room for more. */
  async write(input: string): Promise<void> {
    await writeAll(this.#channel, input, this.#over.signal)
  }

  resize(size: TerminalSize): void {
    this.#channel.setWindow(size.rows, size.cols, 0, 0)
  }

  /** Holds the output back; the program stops once the channel's window is full. */
  pause(): void {
    this.#channel.pause()
  }

  resume(): void {
    this.#channel.resume()
  }

  /** Hangs up: the server ends the shell as when a terminal is closed. */
  close(): void {
    if (this.#isClosing) return
    this.#isClosing = true
    this.#channel.close()
    // A channel tells its end only after its last byte was read.
    this.#channel.resume()
  }
}

/** Opens a login shell with TERM=xterm-256color. Throws `ssh.closed`. */
export async function openShell(connection: SshConnection, options: ShellOptions): Promise<SshShell> {
  const channel = await connection.openShell({
    term: 'xterm-256color',
    cols: options.size.cols,
    rows: options.size.rows,
    width: 0,
    height: 0,
  })
  return new SshShell(connection, channel, options)
}
