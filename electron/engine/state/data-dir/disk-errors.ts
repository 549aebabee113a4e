import { AppError } from '../../../../shared/model/errors.ts'

/** The system's short name of an error (`ENOENT`), or undefined for anything else that was thrown. */
export function systemCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined
  return typeof thrown.code === 'string' ? thrown.code : undefined
}

/** Says in a sentence what the disk refused: `state.disk_full`, `state.unwritable`, or the error itself when it is neither. */
export function diskError(thrown: unknown, path: string): unknown {
  switch (systemCode(thrown)) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return diskFull(path, thrown)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'EEXIST':
    case 'EISDIR':
    case 'ENOTDIR':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return unwritable(path, thrown)
    default:
      return thrown
  }
}

/** `state.disk_full` for a path. */
export function diskFull(path: string, cause: unknown): AppError {
  return new AppError('state.disk_full', {
    message: `The disk is full: ${path} could not be written, and nothing in it changed. Free some space, then try again.`,
    retryable: true,
    cause,
  })
}

/** `state.unwritable` for a path. */
export function unwritable(path: string, cause: unknown): AppError {
  const code = systemCode(cause)
  const why = code === undefined ? '' : ` (${code})`
  return new AppError('state.unwritable', {
    message: `Farmhand cannot read and write ${path}${why}. Give this user access to it, or choose another data directory.`,
    cause,
  })
}
