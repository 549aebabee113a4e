import { resolve } from 'node:path'
import type { Command } from 'commander'
import { defaultDataDir } from '../headless/index.ts'
import { connect, type Client, type Connection } from './connect.ts'
import { write, type Io } from './io.ts'
import { paintFor, type Paint } from './paint.ts'

/** What every command works with. */
export interface Context {
  readonly io: Io
  /** Words after `--`: a command line for a server. */
  readonly tail: readonly string[]
  readonly paint: Paint
  /** Whether `--json` was given. */
  isJson(): boolean
  dataDir(): string
  /** Runs with a client of the engine, and closes it afterwards whatever happens. */
  withClient<Result>(use: (client: Client, connection: Connection) => Promise<Result>): Promise<Result>
  /** The result of a command: the document with `--json`, the text otherwise. */
  print(document: unknown, text: string | (() => string)): Promise<void>
  /** A line for the person on stderr. */
  note(text: string): Promise<void>
}

export function createContext(program: Command, io: Io, tail: readonly string[]): Context {
  const options = () => program.opts<{ json?: boolean; dataDir?: string }>()
  const dataDir = () =>
    resolve(options().dataDir ?? nonEmpty(io.env['FARMHAND_DATA']) ?? defaultDataDir(io.env, io.homeDir))
  const note = (text: string) => write(io.stderr, `${text}\n`)
  return {
    io,
    tail,
    paint: paintFor(io.stdout, io.env),
    isJson: () => options().json === true,
    dataDir,
    async withClient(use) {
      const connection = await connect({
        dataDir: dataDir(),
        homeDir: io.homeDir,
        env: io.env,
        signal: io.signal,
        note,
      })
      try {
        return await use(connection.client, connection)
      } finally {
        await connection.close()
      }
    },
    async print(document, text) {
      if (options().json === true) await write(io.stdout, `${JSON.stringify(document ?? null, null, 2)}\n`)
      else await write(io.stdout, typeof text === 'string' ? text : text())
    },
    note,
  }
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}
