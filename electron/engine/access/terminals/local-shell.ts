import { Buffer } from 'node:buffer'
import { access, constants as modes } from 'node:fs/promises'
import { constants } from 'node:os'
import { basename, isAbsolute } from 'node:path'
import type { IPty } from 'node-pty'
import { AppError } from '../../../../shared/model/errors.ts'
import type { TerminalSize } from '../../../../shared/model/terminals.ts'
import type { Clock } from '../../ports.ts'
import type { ShellOptions } from '../ssh/index.ts'

/** How long a shell may take to end after it was hung up. */
const graceMs = 2_000

export interface LocalShellOptions extends ShellOptions {
  env: Readonly<Record<string, string | undefined>>
  homeDir: string
  clock: Clock
}

/** A shell on this machine, on a terminal of its own. */
export class LocalShell {
  readonly #pty: IPty
  readonly #clock: Clock
  readonly #over = new AbortController()

  constructor(pty: IPty, options: LocalShellOptions) {
    this.#pty = pty
    this.#clock = options.clock
    pty.onData((data: string | Buffer) => {
      options.onData(Buffer.from(data))
    })
    pty.onExit(({ exitCode, signal }) => {
      this.#over.abort()
      const name = signalName(signal)
      options.onEnd({ code: name === null ? exitCode : null, signal: name, failure: undefined })
    })
  }

  async write(input: string): Promise<void> {
    if (!this.#over.signal.aborted) this.#pty.write(input)
    return Promise.resolve()
  }

  resize(size: TerminalSize): void {
    if (!this.#over.signal.aborted) this.#pty.resize(size.cols, size.rows)
  }

  pause(): void {
    this.#pty.pause()
  }

  resume(): void {
    this.#pty.resume()
  }

  /** Hangs up, and ends the shell by force when it stays. */
  close(): void {
    if (this.#over.signal.aborted) return
    this.#pty.resume()
    this.#pty.kill()
    this.#clock.sleep(graceMs, this.#over.signal).then(
      () => {
        this.#pty.kill(process.platform === 'win32' ? undefined : 'SIGKILL')
      },
      () => undefined,
    )
  }
}

/** Opens the person's own shell in their home directory. Throws `host.not_supported` when this machine has no terminals. */
export async function openLocalShell(options: LocalShellOptions): Promise<LocalShell> {
  const program = localShellProgram(options.env)
  try {
    // A terminal whose program is missing would open and close without a word.
    if (isAbsolute(program)) await access(program, modes.X_OK)
    await access(options.homeDir)
    // Loaded late: it is native, and a machine where it does not load still has everything else.
    const { spawn } = await import('node-pty')
    const pty = spawn(program, process.platform === 'darwin' ? ['-l'] : [], {
      name: 'xterm-256color',
      cols: options.size.cols,
      rows: options.size.rows,
      cwd: options.homeDir,
      env: localShellEnv(options.env),
      encoding: null,
    })
    return new LocalShell(pty, options)
  } catch (cause) {
    throw new AppError('host.not_supported', {
      message: `The local shell ${program} could not be started on this machine.`,
      cause,
    })
  }
}

/** What the tab is called: the shell's name. */
export function localShellTitle(env: LocalShellOptions['env']): string {
  return basename(localShellProgram(env)).replace(/\.exe$/i, '')
}

function localShellProgram(env: LocalShellOptions['env']): string {
  if (process.platform === 'win32') return 'powershell.exe'
  const shell = env['SHELL']
  return shell === undefined || shell === '' ? '/bin/sh' : shell
}

/** The environment without what steers Farmhand itself. */
function localShellEnv(env: LocalShellOptions['env']): Record<string, string> {
  const own = /^(?:ELECTRON_|FARMHAND_|NODE_OPTIONS$|npm_|INIT_CWD$|TMUX|STY$|COLUMNS$|LINES$)/
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !own.test(entry[0]),
  )
  return { ...Object.fromEntries(kept), TERM: 'xterm-256color', COLORTERM: 'truecolor' }
}

function signalName(signal: number | undefined): string | null {
  if (signal === undefined || signal === 0) return null
  const known = Object.entries(constants.signals).find(([, number]) => number === signal)
  return known?.[0] ?? String(signal)
}
