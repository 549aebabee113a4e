import { AppError } from '../../../../shared/model/errors.ts'
import { diskFull, sqliteCode, unwritable } from '../data-dir/index.ts'

const BUSY = 5
const READONLY = 8
const IOERR = 10
const CORRUPT = 11
const FULL = 13
const CANTOPEN = 14
const NOTADB = 26

/** Whether SQLite says that the file's content is wrong. */
export function isDamage(thrown: unknown): boolean {
  const code = sqliteCode(thrown)
  return code === CORRUPT || code === NOTADB
}

/** Says in a sentence what SQLite refused; anything that is not SQLite's stays as it is. */
export function ledgerError(thrown: unknown, path: string): unknown {
  switch (sqliteCode(thrown)) {
    case undefined:
      return thrown
    case FULL:
      return diskFull(path, thrown)
    case READONLY:
    case CANTOPEN:
    case IOERR:
      return unwritable(path, thrown)
    case BUSY:
      return new AppError('state.in_use', {
        message: `Another program holds ${path} open for writing. Close it, then try again.`,
        retryable: true,
        cause: thrown,
      })
    case CORRUPT:
    case NOTADB:
      return new AppError('state.damaged', {
        message: `The ledger ${path} is damaged. Restart Farmhand: it sets the file aside and goes on with its last good copy.`,
        cause: thrown,
      })
    default:
      return new AppError('internal', {
        message: `The ledger refused a change: ${thrown instanceof Error ? thrown.message : String(thrown)}.`,
        cause: thrown,
      })
  }
}
