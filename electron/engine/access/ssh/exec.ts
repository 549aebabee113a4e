import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import { toAppError } from '../../../../shared/model/errors.ts'
import type { Secret } from '../../../../shared/model/secret.ts'
import type { Clock } from '../../ports.ts'
import { writeAll } from './channel-writer.ts'
import { endingScript, remoteCommand } from './command-line.ts'
import type { CommandText } from './command-line.ts'
import type { SshConnection } from './connection.ts'
import { connectionLost } from './failures.ts'

/** How long a program may take to end after TERM, and the server to close the channel after KILL. */
const graceMs = 2_000

export interface CommandRequest {
  run: CommandText
  env?: Readonly<Record<string, string | Secret>>
  /** Written and then ended; without it the program reads `/dev/null`. */
  stdin?: string | Uint8Array | AsyncIterable<string | Uint8Array>
  timeoutMs?: number
  /** Ends the program (TERM, then KILL) and rejects with the signal's reason. */
  signal?: AbortSignal
  clock: Clock
  /** Takes output as it comes; while a returned promise is open, the program is held back. Without: thrown away. */
  onStdout?: OutputSink
  onStderr?: OutputSink
}

type OutputSink = (chunk: Buffer) => void | Promise<void>

/** How a command ended; the signal's name is like `SIGTERM`. */
export type CommandEnd =
  { kind: 'exited'; exitCode: number } | { kind: 'signalled'; signal: string } | { kind: 'timed-out' }

export interface CapturedCommand {
  end: CommandEnd
  stdout: string
  stderr: string
  /** True when output was dropped because it was longer than asked for. */
  isTruncated: boolean
}

/**
 * Runs a command to its end. Throws `ssh.closed` when the connection is lost, `input.invalid` for what no command can
 * hold, the signal's reason when cancelled, and whatever a sink or the stdin source throws.
 */
export async function runCommand(connection: SshConnection, request: CommandRequest): Promise<CommandEnd> {
  request.signal?.throwIfAborted()
  const mark = randomBytes(12).toString('hex')
  const { commandLine, preamble } = remoteCommand({ ...request, hasStdin: request.stdin !== undefined, mark })
  const channel = await connection.openExec(commandLine)
  return new CommandRun(connection, channel, request, mark).run(preamble)
}

/** Runs a command and keeps at most `maxBytes` (default 1 MiB) of each output stream, as UTF-8 text. */
export async function captureCommand(
  connection: SshConnection,
  request: Omit<CommandRequest, 'onStdout' | 'onStderr'> & { maxBytes?: number },
): Promise<CapturedCommand> {
  const maxBytes = request.maxBytes ?? 1024 * 1024
  const stdout = new BoundedCapture(maxBytes)
  const stderr = new BoundedCapture(maxBytes)
  const end = await runCommand(connection, {
    ...request,
    onStdout: (chunk) => {
      stdout.add(chunk)
    },
    onStderr: (chunk) => {
      stderr.add(chunk)
    },
  })
  return {
    end,
    stdout: stdout.text(),
    stderr: stderr.text(),
    isTruncated: stdout.isTruncated || stderr.isTruncated,
  }
}

class CommandRun {
  readonly #connection: SshConnection
  readonly #channel: ClientChannel
  readonly #request: CommandRequest
  readonly #mark: string
  readonly #over = new AbortController()
  readonly #done = Promise.withResolvers<CommandEnd>()
  /** What the run was told to stop with; from then on output is thrown away. */
  #stop: { settle: () => void } | undefined

  constructor(connection: SshConnection, channel: ClientChannel, request: CommandRequest, mark: string) {
    this.#connection = connection
    this.#channel = channel
    this.#request = request
    this.#mark = mark
  }

  async run(preamble: string | undefined): Promise<CommandEnd> {
    const { onStdout, onStderr, signal, timeoutMs, clock } = this.#request
    this.#watchEnd()
    this.#pump(this.#channel, onStdout)
    this.#pump(this.#channel.stderr, onStderr)
    if (timeoutMs !== undefined) {
      clock.sleep(timeoutMs, this.#over.signal).then(
        () => {
          this.#end(() => {
            this.#done.resolve({ kind: 'timed-out' })
          })
        },
        () => undefined,
      )
    }
    const cancel = (): void => {
      this.#fail(signal?.reason)
    }
    signal?.addEventListener('abort', cancel, { signal: this.#over.signal })
    if (signal?.aborted === true) cancel()
    this.#feed(preamble).catch((thrown: unknown) => {
      this.#fail(thrown)
    })
    try {
      return await this.#done.promise
    } finally {
      this.#over.abort()
    }
  }

  #watchEnd(): void {
    let exit: CommandEnd | undefined
    let open = 2
    const closed = (): void => {
      open -= 1
      if (open > 0) return
      if (this.#stop !== undefined) this.#stop.settle()
      else if (exit !== undefined) this.#done.resolve(exit)
      else this.#done.reject(this.#connection.failure ?? connectionLost(this.#connection.target))
    }
    // A quick command may have ended before anybody listens: `close` says again how, after all else.
    this.#channel.once('close', (code: number | null | undefined, signal?: string) => {
      if (typeof code === 'number') exit = { kind: 'exited', exitCode: code }
      else if (code === null) exit = { kind: 'signalled', signal: signal ?? 'unknown' }
      closed()
    })
    this.#channel.stderr.once('end', closed)
  }

  #pump(stream: Readable, sink: OutputSink | undefined): void {
    stream.on('data', (chunk: Buffer) => {
      if (sink === undefined || this.#stop !== undefined) return
      try {
        const taken = sink(chunk)
        if (taken === undefined) return
        stream.pause()
        taken.then(
          () => stream.resume(),
          (thrown: unknown) => {
            this.#fail(thrown)
          },
        )
      } catch (thrown) {
        this.#fail(thrown)
      }
    })
  }

  async #feed(preamble: string | undefined): Promise<void> {
    const { stdin } = this.#request
    if (preamble !== undefined) await writeAll(this.#channel, preamble, this.#over.signal)
    if (stdin === undefined) return
    if (typeof stdin === 'string' || stdin instanceof Uint8Array) {
      await writeAll(this.#channel, stdin, this.#over.signal)
    } else {
      for await (const chunk of stdin) {
        if (this.#over.signal.aborted) return
        await writeAll(this.#channel, chunk, this.#over.signal)
      }
    }
    this.#channel.end()
  }

  #fail(thrown: unknown): void {
    this.#end(() => {
      this.#done.reject(thrown instanceof Error ? thrown : toAppError(thrown))
    })
  }

  /** Ends the program politely, then by force, and settles in any case. */
  #end(settle: () => void): void {
    if (this.#stop !== undefined || this.#over.signal.aborted) return
    this.#stop = { settle }
    this.#channel.resume()
    this.#channel.stderr.resume()
    this.#endByForce().then(settle, () => undefined)
  }

  async #endByForce(): Promise<void> {
    const { clock } = this.#request
    this.#signal('TERM')
    await clock.sleep(graceMs, this.#over.signal)
    this.#signal('KILL')
    await clock.sleep(graceMs, this.#over.signal)
    this.#channel.close()
  }

  /** Best effort: on a connection that hangs or is lost there is nobody to ask. */
  #signal(name: 'TERM' | 'KILL'): void {
    const { commandLine } = remoteCommand({
      run: { script: endingScript(this.#mark, name) },
      hasStdin: false,
      mark: 'ending',
    })
    this.#connection.openExec(commandLine).then(
      (channel) => {
        channel.resume()
        channel.stderr.resume()
      },
      () => undefined,
    )
  }
}

class BoundedCapture {
  readonly #maxBytes: number
  readonly #chunks: Buffer[] = []
  #bytes = 0
  isTruncated = false

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  add(chunk: Buffer): void {
    const room = this.#maxBytes - this.#bytes
    if (chunk.length > room) this.isTruncated = true
    if (room <= 0) return
    const kept = chunk.subarray(0, room)
    this.#chunks.push(kept)
    this.#bytes += kept.length
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8')
  }
}
