import { existsSync } from 'node:fs'
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { AppError } from '../../../../shared/model/errors.ts'
import type { DataDir } from '../data-dir/index.ts'
import { stamp, syncDirectory } from '../data-dir/index.ts'
import type { Migration } from './migrations.ts'
import { isDamage, ledgerError } from './sqlite-errors.ts'

/** Marks a SQLite file as a ledger of Farmhand: "Fmhd". */
const APPLICATION_ID = 0x46_6d_68_64
const BUSY_TIMEOUT_MS = 2_000

const LEDGER_NAME = 'ledger.db'
const BACKUP_NAME = 'ledger.backup.db'
/** A database and the files that SQLite keeps beside it. */
const SUFFIXES = ['', '-wal', '-shm', '-journal']
const SUSPECT_NAME = 'ledger.suspect'

/** How a ledger file stands; what is wrong is a sentence. */
interface Inspection {
  version: number
  wrong: string | undefined
}

/**
 * Opens `ledger.db`, brought to the newest schema: made when missing; set aside and replaced by its last good copy when
 * damaged, and reported to the data directory. Throws AppError `state.newer`, `state.unwritable`, `state.disk_full`.
 */
export async function openDatabaseFile(
  dataDir: DataDir,
  migrations: readonly Migration[],
): Promise<DatabaseSync> {
  const path = join(dataDir.path, LEDGER_NAME)
  try {
    const wrong = findDamage(dataDir, migrations.length)
    if (wrong !== undefined) await recover(dataDir, wrong, migrations.length)
    await rm(suspectPath(dataDir), { force: true })
    if (!existsSync(path)) await create(dataDir, migrations)
    const database = connect(path)
    try {
      await migrate(dataDir, database, migrations)
      return database
    } catch (thrown) {
      database.close()
      throw thrown
    }
  } catch (thrown) {
    throw ledgerError(thrown, path)
  }
}

/** A file whose presence makes the next start look at every page, because something was found damaged in this run. */
export function suspectPath(dataDir: DataDir): string {
  return join(dataDir.path, SUSPECT_NAME)
}

/** Copies the open ledger to `ledger.backup.db` while it is in use. */
export async function backUp(dataDir: DataDir, database: DatabaseSync): Promise<void> {
  const path = join(dataDir.path, BACKUP_NAME)
  const temporary = await emptyFile(`${path}.tmp`)
  try {
    await backup(database, temporary)
    standAlone(temporary)
    await rename(temporary, path)
    await syncDirectory(dataDir.path)
  } catch (thrown) {
    await removeFiles(temporary)
    throw thrown
  }
}

/** Makes a copy one file without a log beside it. */
function standAlone(path: string): void {
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA journal_mode = DELETE')
  } finally {
    database.close()
  }
}

/** When the last copy was made, in milliseconds since the epoch; undefined when there is none. */
export async function backedUpAt(dataDir: DataDir): Promise<number | undefined> {
  const path = join(dataDir.path, BACKUP_NAME)
  return existsSync(path) ? (await stat(path)).mtimeMs : undefined
}

function connect(path: string): DatabaseSync {
  const database = new DatabaseSync(path, {
    timeout: BUSY_TIMEOUT_MS,
    enableForeignKeyConstraints: true,
    defensive: true,
  })
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF')
  return database
}

/**
 * What is wrong with the ledger, as a sentence. Every page is looked at when the last run did not close it, or suspected
 * it. Throws AppError `state.newer`; changes nothing.
 */
function findDamage(dataDir: DataDir, newest: number): string | undefined {
  const path = join(dataDir.path, LEDGER_NAME)
  if (!existsSync(path)) {
    // A directory without any ledger is a new one.
    return existsSync(join(dataDir.path, BACKUP_NAME)) ? 'It is missing.' : undefined
  }
  const isSuspect = existsSync(`${path}-wal`) || existsSync(suspectPath(dataDir))
  const inspection = inspect(path, isSuspect)
  if (inspection.version > newest) {
    throw new AppError('state.newer', {
      message:
        `${LEDGER_NAME} was written by a newer Farmhand (version ${String(inspection.version)} of its schema, this one ` +
        `reads up to ${String(newest)}). Nothing was changed; use the newer Farmhand.`,
    })
  }
  return inspection.wrong
}

/** Looks at a ledger file without changing it; with `everywhere` at every page. */
function inspect(path: string, everywhere: boolean): Inspection {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
    const version = pragma(database, 'user_version')
    if (pragma(database, 'application_id') !== APPLICATION_ID || version < 1) {
      return { version: 0, wrong: 'It is empty, or no ledger of Farmhand.' }
    }
    // Reads the schema, which the pragmas above do without.
    database.prepare('SELECT count(*) FROM sqlite_schema').get()
    const row = everywhere ? database.prepare('PRAGMA quick_check(1)').get() : undefined
    const found = row?.['quick_check']
    if (typeof found === 'string' && found !== 'ok') {
      return { version, wrong: `It is damaged inside (${found}).` }
    }
    return { version, wrong: undefined }
  } catch (thrown) {
    if (!isDamage(thrown)) throw thrown
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    return { version: 0, wrong: `It cannot be read (${reason}).` }
  } finally {
    database?.close()
  }
}

/** Sets the ledger aside and puts its last good copy in its place, where there is one. */
async function recover(dataDir: DataDir, wrong: string, newest: number): Promise<void> {
  const backupPath = join(dataDir.path, BACKUP_NAME)
  const setAside = await setAsideFiles(dataDir, LEDGER_NAME)
  const copiedAtMs = await backedUpAt(dataDir)
  const copy = copiedAtMs === undefined ? undefined : inspect(backupPath, true)
  const isGood = copy !== undefined && copy.wrong === undefined && copy.version <= newest
  if (isGood) {
    const temporary = await emptyFile(join(dataDir.path, `${LEDGER_NAME}.new`))
    await copyDatabase(backupPath, temporary)
    await rename(temporary, join(dataDir.path, LEDGER_NAME))
    await syncDirectory(dataDir.path)
  } else if (copy !== undefined) {
    await setAsideFiles(dataDir, BACKUP_NAME)
  }
  const copiedAt = copiedAtMs === undefined ? '' : new Date(copiedAtMs).toISOString()
  const file = setAside === null ? '' : `; the damaged file is kept as ${setAside}`
  dataDir.report({
    file: LEDGER_NAME,
    wrong,
    kept: isGood ? `The copy of ${copiedAt} was restored${file}.` : `There is no good copy${file}.`,
    lost: isGood
      ? `What happened since ${copiedAt}. Running servers are found again in their clouds.`
      : 'The record of what happened. Running servers are found again in their clouds.',
    setAside,
  })
}

async function copyDatabase(from: string, to: string): Promise<void> {
  const source = new DatabaseSync(from, { readOnly: true })
  try {
    await backup(source, to)
  } finally {
    source.close()
  }
}

/** Made whole under another name, so that a file of the right name is never half a ledger. */
async function create(dataDir: DataDir, migrations: readonly Migration[]): Promise<void> {
  const temporary = await emptyFile(join(dataDir.path, `${LEDGER_NAME}.new`))
  const database = new DatabaseSync(temporary)
  try {
    database.exec(`PRAGMA synchronous = FULL; PRAGMA application_id = ${String(APPLICATION_ID)}`)
    await migrate(dataDir, database, migrations)
  } finally {
    database.close()
  }
  await rename(temporary, join(dataDir.path, LEDGER_NAME))
  await syncDirectory(dataDir.path)
}

async function migrate(
  dataDir: DataDir,
  database: DatabaseSync,
  migrations: readonly Migration[],
): Promise<void> {
  const from = pragma(database, 'user_version')
  if (from === migrations.length) return
  if (from > 0) {
    const copy = await emptyFile(join(dataDir.path, `ledger.v${String(from)}.db`))
    await backup(database, copy)
    dataDir.log.info({ from, to: migrations.length, kept: copy }, 'The ledger is migrated.')
  }
  for (const [step, sql] of migrations.entries()) {
    if (step < from) continue
    database.exec('BEGIN IMMEDIATE')
    try {
      database.exec(sql)
      database.exec(`PRAGMA user_version = ${String(step + 1)}`)
      database.exec('COMMIT')
    } catch (thrown) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw thrown
    }
  }
}

/** Renames a database and what belongs to it; answers the new name, or null when there was nothing. */
async function setAsideFiles(dataDir: DataDir, name: string): Promise<string | null> {
  const stem = `${name.replace(/\.db$/, '')}.damaged-${stamp(dataDir.clock.now())}`
  let aside = `${stem}.db`
  for (let count = 2; existsSync(join(dataDir.path, aside)); count += 1) aside = `${stem}-${String(count)}.db`
  const found = SUFFIXES.filter((suffix) => existsSync(join(dataDir.path, `${name}${suffix}`)))
  for (const suffix of found) {
    await rename(join(dataDir.path, `${name}${suffix}`), join(dataDir.path, `${aside}${suffix}`))
  }
  await syncDirectory(dataDir.path)
  return found.length === 0 ? null : aside
}

/** Makes room for a database that only this user may read. */
async function emptyFile(path: string): Promise<string> {
  await removeFiles(path)
  await writeFile(path, '', { mode: 0o600 })
  return path
}

async function removeFiles(path: string): Promise<void> {
  for (const suffix of SUFFIXES) await rm(`${path}${suffix}`, { force: true })
}

function pragma(database: DatabaseSync, name: 'user_version' | 'application_id'): number {
  const value = database.prepare(`PRAGMA ${name}`).get()?.[name]
  return typeof value === 'number' ? value : 0
}
