import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { run } from '../../electron/cli/run.ts'
import { childEnvironment } from './child-environment.ts'

const root = join(import.meta.dirname, '..', '..')

export interface CliResult {
  status: number
  stdout: string
  stderr: string
}

export interface CliOptions {
  dataDir: string
  stdin?: string | Buffer
  env?: Record<string, string>
}

function cliEnv({ dataDir, env }: CliOptions): Record<string, string> {
  return { ...childEnvironment(dataDir), FARMHAND_DATA: dataDir, NO_COLOR: '1', ...env }
}

/** Runs a command line inside this process, with streams of the test's own. */
export async function runCli(argv: readonly string[], options: CliOptions): Promise<CliResult> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  const texts = [textOf(stdout), textOf(stderr)]
  stdin.end(options.stdin ?? '')
  const status = await run(argv, {
    stdin,
    stdout,
    stderr,
    env: cliEnv(options),
    homeDir: options.dataDir,
    signal: new AbortController().signal,
  })
  stdout.end()
  stderr.end()
  const [out = '', err = ''] = await Promise.all(texts)
  return { status, stdout: out, stderr: err }
}

/** Runs the real command in a process of its own. */
export async function spawnCli(argv: readonly string[], options: CliOptions): Promise<CliResult> {
  const child = startCli(argv, options)
  child.stdin.end(options.stdin ?? '')
  const [stdout, stderr] = [textOf(child.stdout), textOf(child.stderr)]
  const [status] = (await once(child, 'close')) as [number | null]
  return { status: status ?? -1, stdout: await stdout, stderr: await stderr }
}

/** Starts the real command and leaves it running, as for `serve`. */
function startCli(argv: readonly string[], options: CliOptions) {
  return spawn(process.execPath, [join(root, 'electron', 'cli', 'main.ts'), ...argv], {
    cwd: root,
    env: cliEnv(options),
    stdio: 'pipe',
  })
}

export interface ServingCli {
  child: ReturnType<typeof startCli>
  /** The first line that it printed. */
  announced: { url: string; token: string; pid: number; dataDir: string }
}

/** Starts `farmhand serve` and waits until it serves; fails with its own words when it ends before. */
export async function startServing(options: CliOptions): Promise<ServingCli> {
  const child = startCli(['serve'], options)
  const stderr = textOf(child.stderr)
  const line = once(createInterface({ input: child.stdout }), 'line').then(([text]) => String(text))
  const ended = once(child, 'close').then(async () => {
    throw new Error(`farmhand serve ended: ${await stderr}`)
  })
  const text = await Promise.race([line, ended])
  ended.catch(() => undefined)
  return { child, announced: JSON.parse(text) as ServingCli['announced'] }
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  stream.setEncoding('utf8')
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return text
}
