import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import manifest from '../../../package.json' with { type: 'json' }
import { emitPreventable, KnownEvents } from './known-events.ts'
import { report } from './report.ts'

/** The life of the app. `closing` ends what the stand-in itself has started. */
export class App extends KnownEvents {
  readonly isPackaged = false
  readonly #closing: () => Promise<void>
  #userData: string | undefined
  #isReady = false
  #lockFile: string | undefined

  constructor(closing: () => Promise<void>) {
    super(['web-contents-created', 'second-instance', 'activate', 'window-all-closed', 'before-quit'])
    this.#closing = closing
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => this.quit())
  }

  async whenReady(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.#isReady = true
  }

  /** For what Electron allows only before it is ready. */
  mustBeEarly(what: string): void {
    if (this.#isReady) throw new Error(`${what} must be called before the app is ready.`)
  }

  /** For what Electron allows only when it is ready. */
  mustBeReady(what: string): void {
    if (!this.#isReady) throw new Error(`${what} cannot be used before the app is ready.`)
  }

  enableSandbox(): void {
    this.mustBeEarly('app.enableSandbox')
  }

  getVersion(): string {
    return manifest.version
  }

  getPath(name: string): string {
    if (name === 'home') return homedir()
    if (name === 'userData' && this.#userData !== undefined) return this.#userData
    throw new Error(`The stand-in for Electron has no path “${name}”.`)
  }

  setPath(name: string, path: string): void {
    if (name !== 'userData') throw new Error(`The stand-in for Electron has no path “${name}”.`)
    this.mustBeEarly('app.setPath')
    if (!statSync(path).isDirectory()) throw new Error(`${path} is no directory.`)
    this.#userData = path
  }

  /** One process for each `userData`, as in Electron; the first one hears of the others. */
  requestSingleInstanceLock(): boolean {
    const file = join(this.getPath('userData'), 'stand-in.pid')
    const owner = existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined
    if (owner !== undefined && lives(owner)) {
      process.kill(owner, 'SIGUSR2')
      return false
    }
    writeFileSync(file, String(process.pid))
    this.#lockFile = file
    process.on('SIGUSR2', () => {
      report({ kind: 'second-instance' })
      this.emit('second-instance', {}, [], '')
    })
    return true
  }

  quit(): void {
    if (emitPreventable(this, 'before-quit')) return
    void this.#closing().finally(() => {
      if (this.#lockFile !== undefined) rmSync(this.#lockFile, { force: true })
      process.exit(0)
    })
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
