import { Buffer } from 'node:buffer'
import { constants, type Stats } from 'node:fs'
import {
  chmod,
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  rename,
  rmdir,
  stat,
  symlink,
  truncate,
  unlink,
  utimes,
} from 'node:fs/promises'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import type { Attributes, FileEntry, SFTPWrapper } from 'ssh2'
import { HomePaths, OutsideHome } from './home-paths.ts'
import type { ShellPlace } from './shell-environment.ts'

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp
const maxHandles = 256
const maxReadBytes = 262_144
const entriesAtOnce = 128

type Handle = { kind: 'file'; file: FileHandle } | { kind: 'folder'; path: string; names: string[] }

/** Serves files below the home directory (SFTP version 3). */
export function serveSftp(sftp: SFTPWrapper, place: ShellPlace): void {
  const { homeDir } = place
  const paths = new HomePaths(homeDir, place.volumesDir)
  const handles = new Map<number, Handle>()
  let lastHandle = 0

  const keep = (handle: Handle): Buffer => {
    lastHandle += 1
    handles.set(lastHandle, handle)
    const name = Buffer.alloc(4)
    name.writeUInt32BE(lastHandle)
    return name
  }
  const kept = (name: Buffer): Handle => {
    const handle = name.length === 4 ? handles.get(name.readUInt32BE()) : undefined
    if (handle) return handle
    throw new Error('There is no such open file.')
  }
  const file = (name: Buffer): FileHandle => {
    const handle = kept(name)
    if (handle.kind === 'file') return handle.file
    throw new Error('This is a folder.')
  }
  const checkRoom = (): void => {
    if (handles.size >= maxHandles) throw new Error('Too many files are open.')
  }
  /** Does the work and answers what it could not do. */
  const serve = (id: number, work: () => Promise<void>): void => {
    work().catch((thrown: unknown) => {
      const { code, message } = failure(thrown)
      sftp.status(id, code, message)
    })
  }
  const done = (id: number, work: () => Promise<unknown>): void => {
    serve(id, async () => {
      await work()
      sftp.status(id, STATUS_CODE.OK)
    })
  }

  sftp.on('OPEN', (id, path, flags, attrs) => {
    serve(id, async () => {
      checkRoom()
      const mode = has(attrs, 'mode') ? attrs.mode & 0o777 : 0o644
      const opened = await open(await paths.target(path), openFlags(flags), mode)
      sftp.handle(id, keep({ kind: 'file', file: opened }))
    })
  })
  sftp.on('READ', (id, handle, offset, length) => {
    serve(id, async () => {
      const bytes = Buffer.alloc(Math.min(length, maxReadBytes))
      const { bytesRead } = await file(handle).read(bytes, 0, bytes.length, offset)
      if (bytesRead === 0) sftp.status(id, STATUS_CODE.EOF)
      else sftp.data(id, bytes.subarray(0, bytesRead))
    })
  })
  sftp.on('WRITE', (id, handle, offset, data) => {
    done(id, async () => {
      let written = 0
      while (written < data.length) {
        const { bytesWritten } = await file(handle).write(
          data,
          written,
          data.length - written,
          offset + written,
        )
        written += bytesWritten
      }
    })
  })
  sftp.on('CLOSE', (id, handle) => {
    done(id, async () => {
      const closed = kept(handle)
      handles.delete(handle.readUInt32BE())
      if (closed.kind === 'file') await closed.file.close()
    })
  })
  sftp.on('OPENDIR', (id, path) => {
    serve(id, async () => {
      checkRoom()
      const folder = await paths.target(path)
      sftp.handle(id, keep({ kind: 'folder', path: folder, names: ['.', '..', ...(await readdir(folder))] }))
    })
  })
  sftp.on('READDIR', (id, handle) => {
    serve(id, async () => {
      const folder = kept(handle)
      if (folder.kind !== 'folder') throw new Error('This is a file.')
      const entries: FileEntry[] = []
      while (entries.length === 0 && folder.names.length > 0) {
        const names = folder.names.splice(0, entriesAtOnce)
        for (const name of names) entries.push(...(await entry(folder.path, name)))
      }
      if (entries.length === 0) sftp.status(id, STATUS_CODE.EOF)
      else sftp.name(id, entries)
    })
  })
  sftp.on('STAT', (id, path) => {
    serve(id, async () => {
      sftp.attrs(id, attributes(await stat(await paths.target(path))))
    })
  })
  sftp.on('LSTAT', (id, path) => {
    serve(id, async () => {
      sftp.attrs(id, attributes(await lstat(await paths.of(path))))
    })
  })
  sftp.on('FSTAT', (id, handle) => {
    serve(id, async () => {
      sftp.attrs(id, attributes(await file(handle).stat()))
    })
  })
  sftp.on('SETSTAT', (id, path, attrs) => {
    done(id, async () => {
      const target = await paths.target(path)
      if (has(attrs, 'size')) await truncate(target, attrs.size)
      if (has(attrs, 'mode')) await chmod(target, attrs.mode & 0o7777)
      if (has(attrs, 'mtime')) await utimes(target, attrs.atime, attrs.mtime)
    })
  })
  sftp.on('FSETSTAT', (id, handle, attrs) => {
    done(id, async () => {
      const opened = file(handle)
      if (has(attrs, 'size')) await opened.truncate(attrs.size)
      if (has(attrs, 'mode')) await opened.chmod(attrs.mode & 0o7777)
      if (has(attrs, 'mtime')) await opened.utimes(attrs.atime, attrs.mtime)
    })
  })
  sftp.on('MKDIR', (id, path, attrs) => {
    done(id, async () => mkdir(await paths.of(path), has(attrs, 'mode') ? { mode: attrs.mode & 0o777 } : {}))
  })
  sftp.on('RMDIR', (id, path) => {
    done(id, async () => rmdir(await paths.of(path)))
  })
  sftp.on('REMOVE', (id, path) => {
    done(id, async () => unlink(await paths.of(path)))
  })
  sftp.on('RENAME', (id, from, to) => {
    done(id, async () => {
      const target = await paths.of(to)
      // The protocol's own rename replaces nothing.
      if (await exists(target)) throw new Error('There is a file by this name already.')
      await rename(await paths.of(from), target)
    })
  })
  sftp.on('READLINK', (id, path) => {
    serve(id, async () => {
      const target = await readlink(await paths.of(path))
      sftp.name(id, [nameOnly(target)])
    })
  })
  sftp.on('SYMLINK', (id, target, link) => {
    done(id, async () => symlink(target, await paths.of(link)))
  })
  sftp.on('REALPATH', (id, path) => {
    serve(id, async () => {
      sftp.name(id, [nameOnly(paths.shown(path))])
    })
  })
  sftp.on('EXTENDED', (id: number) => {
    sftp.status(id, STATUS_CODE.OP_UNSUPPORTED)
  })
  const closeFiles = (): void => {
    for (const handle of handles.values()) {
      if (handle.kind === 'file') handle.file.close().catch(() => undefined)
    }
    handles.clear()
  }
  sftp.on('error', () => undefined)
  sftp.on('end', () => {
    closeFiles()
    sftp.end()
  })
  sftp.on('close', closeFiles)
}

function openFlags(flags: number): number {
  const isWriting = (flags & OPEN_MODE.WRITE) !== 0
  const isReading = (flags & OPEN_MODE.READ) !== 0
  const access = isWriting ? (isReading ? constants.O_RDWR : constants.O_WRONLY) : constants.O_RDONLY
  return (
    access |
    (flags & OPEN_MODE.APPEND ? constants.O_APPEND : 0) |
    (flags & OPEN_MODE.CREAT ? constants.O_CREAT : 0) |
    (flags & OPEN_MODE.TRUNC ? constants.O_TRUNC : 0) |
    (flags & OPEN_MODE.EXCL ? constants.O_EXCL : 0)
  )
}

/** Which attributes a client gave; the types promise all of them. */
function has(attrs: Partial<Attributes>, name: keyof Attributes): boolean {
  return attrs[name] !== undefined
}

function attributes(stats: Stats): Attributes {
  const { mode, uid, gid, size } = stats
  return { mode, uid, gid, size, atime: stats.atimeMs / 1_000, mtime: stats.mtimeMs / 1_000 }
}

async function entry(folder: string, filename: string): Promise<FileEntry[]> {
  try {
    const stats = await lstat(join(folder, filename))
    return [{ filename, longname: longName(filename, stats), attrs: attributes(stats) }]
  } catch {
    // It was removed in the meantime.
    return []
  }
}

/** A line as `ls -l` writes it, which clients show as it is. */
function longName(name: string, stats: Stats): string {
  const kind = stats.isDirectory() ? 'd' : stats.isSymbolicLink() ? 'l' : '-'
  const rights = [...'rwxrwxrwx'].map((letter, at) => ((stats.mode >> (8 - at)) & 1 ? letter : '-')).join('')
  const time = stats.mtime.toISOString().slice(0, 16).replace('T', ' ')
  return `${kind}${rights} ${stats.nlink} ${stats.uid} ${stats.gid} ${stats.size} ${time} ${name}`
}

function nameOnly(filename: string): FileEntry {
  return { filename, longname: filename, attrs: { mode: 0, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 } }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

function failure(thrown: unknown): { code: number; message: string } {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  if (thrown instanceof OutsideHome) return { code: STATUS_CODE.PERMISSION_DENIED, message }
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { code: STATUS_CODE.NO_SUCH_FILE, message: 'No such file or directory.' }
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return { code: STATUS_CODE.PERMISSION_DENIED, message: 'Permission denied.' }
    default:
      return { code: STATUS_CODE.FAILURE, message }
  }
}
