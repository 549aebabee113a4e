import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Report } from './electron-stand-in/report.ts'

const root = join(import.meta.dirname, '..', '..')
const register = join(import.meta.dirname, 'electron-stand-in', 'register.mjs')

type Kind = Report['kind']
type ReportOf<K extends Kind> = Extract<Report, { kind: K }>

/** The built desktop app on the stand-in for Electron, as a process, with what it reports. */
export class StandInProcess {
  /** Resolves with the exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>
  readonly #child: ChildProcess
  readonly #reports: Report[] = []
  readonly #waiting = new Set<() => void>()
  #errors = ''
  #isOver = false

  constructor(env: Readonly<Record<string, string>>, flags: readonly string[] = []) {
    const child = spawn(process.execPath, ['--import', register, join(root, 'dist', 'main.js'), ...flags], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text))
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#reports.push(JSON.parse(line) as Report)
      this.#wake()
    })
    this.exited = new Promise((resolve) => {
      child.once('close', (code) => {
        this.#isOver = true
        this.#wake()
        resolve(code)
      })
    })
  }

  /** The first report of a kind, waited for. Rejects when the app ends without one. */
  async report<K extends Kind>(kind: K): Promise<ReportOf<K>> {
    for (;;) {
      const found = this.reports(kind)[0]
      if (found) return found
      if (this.#isOver) {
        throw new Error(`The app ended without “${kind}”: ${JSON.stringify(this.#reports)} ${this.#errors}`)
      }
      await new Promise<void>((resolve) => this.#waiting.add(resolve))
    }
  }

  reports<K extends Kind>(kind: K): ReportOf<K>[] {
    return this.#reports.filter((one): one is ReportOf<K> => one.kind === kind)
  }

  /** Asks the app to quit, as a desktop session that ends, and waits until it has. */
  async quit(): Promise<number | null> {
    if (!this.#isOver) this.#child.kill('SIGTERM')
    return this.exited
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}
