import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Secret } from '../../../../shared/model/secret.ts'
import type { Clock, Log, Ports } from '../../ports.ts'
import { diskError } from './disk-errors.ts'
import { readStoredEngineFile, removeEngineFile, storeEngineFile } from './engine-file.ts'
import type { EngineFile } from './engine-file.ts'
import { isEngineLocked, takeEngineLock } from './engine-lock.ts'
import type { EngineLock } from './engine-lock.ts'
import type { StateFinding } from './findings.ts'

export type DataDirPorts = Pick<Ports, 'dataDir' | 'clock' | 'log'>

/** A data directory that this process owns until it closes it. */
export class DataDir {
  /** Absolute. */
  readonly path: string
  readonly clock: Clock
  readonly log: Log
  readonly #lock: EngineLock
  readonly #findings: StateFinding[] = []
  readonly #followers = new Set<(finding: StateFinding) => void>()

  constructor(path: string, ports: Pick<DataDirPorts, 'clock' | 'log'>, lock: EngineLock) {
    this.path = path
    this.clock = ports.clock
    this.log = ports.log
    this.#lock = lock
  }

  /** What was wrong with the files opened so far, oldest first. */
  get findings(): readonly StateFinding[] {
    return this.#findings
  }

  report(finding: Omit<StateFinding, 'at'>): void {
    const at = new Date(this.clock.now()).toISOString()
    const dated = { ...finding, at }
    this.#findings.push(dated)
    this.log.warn(finding, 'A state file was damaged.')
    for (const follower of this.#followers) follower(dated)
  }

  /** Tells every finding so far, and each later one as it is made. */
  followFindings(follower: (finding: StateFinding) => void): void {
    for (const finding of this.#findings) follower(finding)
    this.#followers.add(follower)
  }

  /** Tells other processes of this user where this engine listens; gone again when the directory is closed. */
  async writeEngineFile(listening: { url: string; token: Secret }): Promise<void> {
    await storeEngineFile(this.path, listening)
  }

  /** Gives the directory free. Close the workspace, the ledger and the vault first. */
  async close(): Promise<void> {
    try {
      await removeEngineFile(this.path)
    } finally {
      this.#lock.release()
    }
  }
}

/**
 * Makes the directory when it is missing (0700) and takes it for this process.
 * Throws AppError `state.in_use` (another living engine has it), `state.unwritable`, `state.disk_full`.
 */
export async function openDataDir(ports: DataDirPorts): Promise<DataDir> {
  const path = resolve(ports.dataDir)
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
    await mkdir(join(path, 'workspace'), { recursive: true, mode: 0o700 })
  } catch (thrown) {
    throw diskError(thrown, path)
  }
  const lock = await takeEngineLock(path)
  try {
    await storeEngineFile(path, undefined)
  } catch (thrown) {
    lock.release()
    throw thrown
  }
  return new DataDir(path, ports, lock)
}

/**
 * The living engine that owns a directory; undefined when nobody does, whatever a crashed one left behind. For clients of
 * other processes: nothing is locked or changed.
 */
export async function readEngineFile(directory: string): Promise<EngineFile | undefined> {
  const path = resolve(directory)
  return isEngineLocked(path) ? readStoredEngineFile(path) : undefined
}
