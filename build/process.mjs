/*
 * How the commands start programs and talk to the terminal. Plain JavaScript without dependencies: it runs under the
 * machine's own Node (20 or newer) before the first install.
 */
import { spawn } from 'node:child_process'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

/** A reason to stop that needs no stack: one sentence for the person at the terminal. */
export class CommandError extends Error {}

/**
 * Prints one line about what the command is doing; standard output belongs to the programs that it runs.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`${line}\n`)
}

/**
 * Runs a command's main function: a `CommandError` becomes one line, anything else is shown whole; both exit with 1.
 * @param {() => Promise<number>} main answers the exit code
 */
export function runCommand(main) {
  main().then(
    (code) => {
      process.exitCode = code
    },
    (/** @type {unknown} */ error) => {
      say(
        error instanceof CommandError ? error.message : String(error instanceof Error ? error.stack : error),
      )
      process.exitCode = 1
    },
  )
}

/** The environment of every tool that is started: the project's own programs come first. */
export function toolEnvironment() {
  const path = [join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter)
  return { ...process.env, PATH: path }
}

/**
 * Starts a program and waits for its end. Ctrl-C and a termination reach the program, whose exit is then waited for.
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, onOutput?: (text: string) => void, onStdout?: (text: string) => void }} [options]
 *   `onOutput` takes both streams instead of showing them; `onStdout` takes standard output alone
 * @returns {Promise<{ code: number, elapsedMs: number }>} 128 stands for "ended by a signal"
 */
export function run(program, args, options = {}) {
  const startedAt = performance.now()
  const { onOutput, onStdout } = options
  const stdout = onOutput ?? onStdout
  const child = spawn(program, args, {
    cwd: root,
    env: options.env ?? toolEnvironment(),
    stdio: ['inherit', stdout ? 'pipe' : 'inherit', onOutput ? 'pipe' : 'inherit'],
    windowsHide: true,
  })
  if (stdout) child.stdout?.setEncoding('utf8').on('data', stdout)
  if (onOutput) child.stderr?.setEncoding('utf8').on('data', onOutput)
  // A terminal sends Ctrl-C to the program as well; this process only has to stay until it has ended.
  const passInterrupt = () => process.stdin.isTTY || child.kill('SIGINT')
  const passTermination = () => child.kill('SIGTERM')
  process.on('SIGINT', passInterrupt)
  process.on('SIGTERM', passTermination)
  return new Promise((done, fail) => {
    const release = () => {
      process.off('SIGINT', passInterrupt)
      process.off('SIGTERM', passTermination)
    }
    child.on('error', (error) => {
      release()
      fail(new CommandError(`${program} could not be started: ${error.message}`))
    })
    child.on('close', (code) => {
      release()
      done({ code: code ?? 128, elapsedMs: performance.now() - startedAt })
    })
  })
}
