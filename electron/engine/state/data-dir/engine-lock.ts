import { chmod, truncate } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../../../../shared/model/errors.ts'
import { readStoredEngineFile } from './engine-file.ts'
import { diskFull, unwritable } from './disk-errors.ts'

const SQLITE_BUSY = 5
const SQLITE_FULL = 13
const SQLITE_NOTADB = 26
const SQLITE_CORRUPT = 11
/** Longer than anybody's look at the lock, shorter than a person waits. */
const WAIT_MS = 250

/** Holds a data directory until it is released or its process ends, however it ends. */
export interface EngineLock {
  release(): void
}

/**
 * Takes the directory's one lock: an exclusive transaction on an empty database, whose file lock the operating system drops
 * with the process. Throws AppError `state.in_use` with the owner's pid, or `state.unwritable`.
 */
export async function takeEngineLock(directory: string): Promise<EngineLock> {
  const path = lockPath(directory)
  try {
    return await lockDatabase(path)
  } catch (thrown) {
    switch (sqliteCode(thrown)) {
      case SQLITE_BUSY:
        throw await inUse(directory)
      case SQLITE_FULL:
        throw diskFull(path, thrown)
      case SQLITE_NOTADB:
      case SQLITE_CORRUPT:
        // Nobody holds it, since its content was looked at. Emptied in place: a new file could be locked by two.
        await truncate(path)
        return lockDatabase(path)
      case undefined:
        throw thrown
      default:
        throw unwritable(path, thrown)
    }
  }
}

/** Whether a living process holds the directory's lock; a look that changes nothing. */
export function isEngineLocked(directory: string): boolean {
  const path = lockPath(directory)
  if (!existsSync(path)) return false
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: 0 })
    database.prepare('SELECT count(*) FROM sqlite_schema').get()
    return false
  } catch (thrown) {
    return sqliteCode(thrown) === SQLITE_BUSY
  } finally {
    database?.close()
  }
}

async function lockDatabase(path: string): Promise<EngineLock> {
  const database = new DatabaseSync(path, { timeout: WAIT_MS })
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    await chmod(path, 0o600)
  } catch (thrown) {
    database.close()
    throw thrown
  }
  return {
    release: () => {
      if (database.isOpen) database.close()
    },
  }
}

async function inUse(directory: string): Promise<AppError> {
  const owner = await readStoredEngineFile(directory)
  const who = owner === undefined ? 'another process' : `process ${String(owner.pid)}`
  return new AppError('state.in_use', {
    message: `The data directory ${directory} is in use by ${who}. Use that Farmhand, close it first, or choose another data directory.`,
    retryable: true,
  })
}

function lockPath(directory: string): string {
  return join(directory, 'engine.lock')
}

/** SQLite's primary result code of an error, or undefined when it is none of SQLite's. */
export function sqliteCode(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('errcode' in thrown)) return undefined
  return typeof thrown.errcode === 'number' ? thrown.errcode & 0xff : undefined
}
