import { AppError, toAppError } from '../../../../shared/model/errors.ts'
import { TerminalId } from '../../../../shared/model/ids.ts'
import type {
  Terminal,
  TerminalChunk,
  TerminalSize,
  TerminalTarget,
} from '../../../../shared/model/terminals.ts'
import type { Clock, Log } from '../../ports.ts'
import { openShell } from '../ssh/index.ts'
import type { ShellEnd, ShellOptions, SshConnections, SshTarget } from '../ssh/index.ts'
import { localShellTitle, openLocalShell } from './local-shell.ts'
import { TerminalOutput } from './terminal-output.ts'

/** Leaves what the program of a lost session may have switched on: full screen, mouse, paste marks, colours. */
const resetModes = '\x1b[?1049l\x1b[?1000;1002;1003;1006;2004l\x1b[?25h\x1b[!p\x1b[0m\r\n'

/** What one key sends is not longer, in UTF-16 code units. */
const longestKey = 8
/**
 * The answer to a key waits this long, so that it does not compete with the key's echo for the window. It holds no typist up:
 * the next key comes later.
 */
const echoFirstMs = 4

export interface TerminalsOptions {
  connections: Pick<SshConnections, 'acquire'>
  /** Where a server is and how to log in. Throws AppError: `input.not_found`, `server.no_address`, … */
  resolveServer: (serverId: string) => Promise<SshTarget>
  clock: Clock
  log: Log
  newId: () => string
  /** Environment and home of local shells. */
  env: Readonly<Record<string, string | undefined>>
  homeDir: string
}

export type TerminalsListener = (put: readonly Terminal[], dropped: readonly string[]) => void

/** What a terminal reads from and writes to. */
interface Shell {
  write(input: string): Promise<void>
  resize(size: TerminalSize): void
  pause(): void
  resume(): void
  close(): void
}

/** One try to open a shell, and the shell that came of it. */
interface Attempt {
  cancel: AbortController
  shell: Promise<Shell>
  opened: Shell | undefined
}

interface Session {
  terminal: Terminal
  output: TerminalOutput
  attempt: Attempt
}

/** The open terminals, whoever watches them: shells on servers and on this machine. */
export class Terminals {
  readonly #options: TerminalsOptions
  readonly #sessions = new Map<string, Session>()
  readonly #listeners = new Set<TerminalsListener>()

  constructor(options: TerminalsOptions) {
    this.#options = options
  }

  /** Tells of every change of a terminal; answers how to stop listening. */
  onChange(listener: TerminalsListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async list(): Promise<Terminal[]> {
    return Promise.resolve([...this.#sessions.values()].map((session) => session.terminal))
  }

  /** Answers at once in state `connecting`; what becomes of it is told by `onChange`. */
  async open(input: { target: TerminalTarget; size: TerminalSize }): Promise<Terminal> {
    const { clock, env, newId } = this.#options
    const output = new TerminalOutput({
      clock,
      setFlow: (isFlowing) => {
        const shell = session.attempt.opened
        if (isFlowing) shell?.resume()
        else shell?.pause()
      },
    })
    const session: Session = {
      terminal: {
        id: TerminalId.parse(newId()),
        target: input.target,
        title: input.target.kind === 'server' ? input.target.serverId : localShellTitle(env),
        state: 'connecting',
        size: input.size,
        exit: null,
        error: null,
        openedAt: new Date(clock.now()).toISOString(),
      },
      output,
      attempt: noAttempt(),
    }
    this.#sessions.set(session.terminal.id, session)
    this.#connect(session)
    this.#change(session, {})
    return Promise.resolve(session.terminal)
  }

  /** Sends input; while the shell is still being opened it waits. Throws `terminal.gone` when there is no shell. */
  async write(input: { terminalId: string; text: string }): Promise<void> {
    const { attempt, terminal } = this.#session(input.terminalId)
    if (terminal.state === 'closed' || terminal.state === 'failed') {
      throw new AppError('terminal.gone', {
        message: `The shell of terminal "${terminal.title}" has ended: reconnect it to go on.`,
      })
    }
    await (await attempt.shell).write(input.text)
    if (input.text.length <= longestKey) await this.#options.clock.sleep(echoFirstMs)
  }

  async resize(input: { terminalId: string; size: TerminalSize }): Promise<void> {
    const session = this.#session(input.terminalId)
    const { size } = session.terminal
    if (size.cols === input.size.cols && size.rows === input.size.rows) return Promise.resolve()
    session.attempt.opened?.resize(input.size)
    this.#change(session, { size: input.size })
  }

  /** Output from `fromOffset` on, until the signal aborts or the terminal is closed; goes on over `reconnect`. */
  output(
    input: { terminalId: string; watcher: string; fromOffset: number },
    options: { signal: AbortSignal },
  ): AsyncGenerator<TerminalChunk, void, void> {
    const { output } = this.#session(input.terminalId)
    return output.watch(input.watcher, { fromOffset: input.fromOffset, signal: options.signal })
  }

  /** Flow control: this watcher has shown everything before `offset`. */
  async ack(input: { terminalId: string; watcher: string; offset: number }): Promise<void> {
    this.#session(input.terminalId).output.ack(input.watcher, input.offset)
    return Promise.resolve()
  }

  /** Opens a new shell in an ended terminal, below its old output; a living one is left as it is. */
  async reconnect(input: { terminalId: string }): Promise<Terminal> {
    const session = this.#session(input.terminalId)
    const { state } = session.terminal
    if (state === 'closed' || state === 'failed') {
      if (session.output.end > 0) session.output.append(resetModes)
      this.#connect(session)
      this.#change(session, { state: 'connecting', exit: null, error: null })
    }
    return Promise.resolve(session.terminal)
  }

  /** Ends the shell and forgets the terminal with its output. */
  async close(input: { terminalId: string }): Promise<void> {
    this.#end(this.#session(input.terminalId))
    return Promise.resolve()
  }

  /** Closes all terminals. */
  stop(): void {
    for (const session of [...this.#sessions.values()]) this.#end(session)
  }

  #connect(session: Session): void {
    const cancel = new AbortController()
    const attempt: Attempt = { cancel, shell: this.#openShell(session, cancel.signal), opened: undefined }
    session.attempt = attempt
    attempt.shell.then(
      (shell) => {
        if (cancel.signal.aborted) {
          shell.close()
          return
        }
        attempt.opened = shell
        if (!session.output.isFlowing) shell.pause()
        shell.resize(session.terminal.size)
        if (session.terminal.state === 'connecting') this.#change(session, { state: 'open' })
      },
      (thrown: unknown) => {
        if (cancel.signal.aborted) return
        const error = toAppError(thrown)
        this.#options.log.info(
          { terminalId: session.terminal.id, code: error.code },
          'A terminal could not be opened.',
        )
        this.#change(session, { state: 'failed', error: error.toInfo() })
      },
    )
  }

  async #openShell(session: Session, signal: AbortSignal): Promise<Shell> {
    const { target, size } = session.terminal
    // A byte order mark is a character like any other here.
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    const shellOptions = (release: () => void): ShellOptions => ({
      size,
      onData: (bytes) => {
        if (!signal.aborted) session.output.append(decoder.decode(bytes, { stream: true }))
      },
      onEnd: (end) => {
        release()
        if (signal.aborted) return
        session.output.append(decoder.decode())
        this.#ended(session, end)
      },
    })
    switch (target.kind) {
      case 'local': {
        const { env, homeDir, clock } = this.#options
        return openLocalShell({ ...shellOptions(() => undefined), env, homeDir, clock })
      }
      case 'server': {
        const server = await this.#options.resolveServer(target.serverId)
        signal.throwIfAborted()
        if (server.label !== session.terminal.title) this.#change(session, { title: server.label })
        const lease = await this.#options.connections.acquire(server, { signal })
        try {
          return await openShell(
            lease.connection,
            shellOptions(() => {
              lease.release()
            }),
          )
        } catch (thrown) {
          lease.release()
          throw thrown
        }
      }
    }
  }

  #ended(session: Session, end: ShellEnd): void {
    this.#change(session, {
      state: end.failure === undefined ? 'closed' : 'failed',
      exit: end.failure === undefined ? { code: end.code, signal: end.signal } : null,
      error: end.failure?.toInfo() ?? null,
    })
  }

  #end(session: Session): void {
    session.attempt.cancel.abort(
      new AppError('terminal.gone', { message: `The terminal "${session.terminal.title}" was closed.` }),
    )
    session.attempt.opened?.close()
    session.output.finish()
    this.#sessions.delete(session.terminal.id)
    for (const listener of this.#listeners) listener([], [session.terminal.id])
  }

  #change(session: Session, change: Partial<Terminal>): void {
    session.terminal = { ...session.terminal, ...change }
    for (const listener of this.#listeners) listener([session.terminal], [])
  }

  #session(terminalId: string): Session {
    const session = this.#sessions.get(terminalId)
    if (session === undefined) {
      throw new AppError('terminal.gone', {
        message: `There is no terminal ${terminalId} any more: open a new one.`,
      })
    }
    return session
  }
}

function noAttempt(): Attempt {
  const shell = Promise.withResolvers<Shell>()
  return { cancel: new AbortController(), shell: shell.promise, opened: undefined }
}
