import { constants } from 'node:fs'
import { chmod, copyFile, link, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { diskError, systemCode } from './disk-errors.ts'

/**
 * Replaces a file as a whole: temporary file beside it, fsync, rename, fsync of the directory. When it resolves the text
 * is on disk (mode 0600); when it rejects the file is as before. One writer a path at a time.
 * With `previousPath`, what stood in the file before is kept there.
 * Throws AppError `state.disk_full` or `state.unwritable`.
 */
export async function writeAtomically(path: string, text: string, previousPath?: string): Promise<void> {
  const temporary = `${path}.tmp`
  try {
    const file = await open(temporary, 'w', 0o600)
    try {
      await file.writeFile(text, 'utf8')
      await file.sync()
    } finally {
      await file.close()
    }
    if (previousPath !== undefined) await keepPrevious(path, previousPath)
    await rename(temporary, path)
    await syncDirectory(dirname(path))
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw diskError(thrown, path)
  }
}

/**
 * Gives a file a second name without a moment at which either is half there. Throws the system's `EEXIST` when `to` exists
 * and `ENOENT` when `from` does not.
 */
export async function keepAs(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (thrown) {
    const code = systemCode(thrown)
    if (code === 'EEXIST' || code === 'ENOENT') throw thrown
    // A file system without hard links.
    await copyFile(from, to, constants.COPYFILE_EXCL)
    await chmod(to, 0o600)
    await syncFile(to)
  }
}

/** Makes renames and removals in a directory last. Windows has no such call and needs none. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return
  await syncFile(path)
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

async function keepPrevious(path: string, previousPath: string): Promise<void> {
  const temporary = `${previousPath}.tmp`
  await rm(temporary, { force: true })
  try {
    await keepAs(path, temporary)
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return
    throw thrown
  }
  await rename(temporary, previousPath)
  // Renaming onto another name of the same file leaves both names.
  await rm(temporary, { force: true })
}
