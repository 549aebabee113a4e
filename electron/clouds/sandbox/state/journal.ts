import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** The journal is written anew when it has this many lines more than the snapshot that it began with. */
const slackLines = 5_000

interface Waiting {
  line: string
  resolve: () => void
  reject: (thrown: unknown) => void
}

/**
 * A file of lines that grows: a line that `append` acknowledged is on disk. Appends that come while one is written share
 * the next write and its fsync. When it has grown long, and after a failed write, the file is replaced as a whole by the
 * lines that `snapshot` gives; so what a line says must be part of the snapshot before it is appended.
 */
export class Journal {
  readonly #path: string
  readonly #snapshot: () => string[]
  #file: FileHandle
  #lines = 0
  #mustReplace = false
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined

  private constructor(path: string, snapshot: () => string[], file: FileHandle) {
    this.#path = path
    this.#snapshot = snapshot
    this.#file = file
  }

  /** Opens the file for appending, replaced by the snapshot first. */
  static async open(path: string, snapshot: () => string[]): Promise<Journal> {
    return new Journal(path, snapshot, await replaceFile(path, snapshot()))
  }

  /** The complete lines of the file, without what a crash left of the last one; none when there is no file. */
  static async lines(path: string): Promise<string[]> {
    try {
      return (await readFile(path, 'utf8')).split('\n').slice(0, -1)
    } catch (thrown) {
      if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return []
      throw thrown
    }
  }

  /** Resolves when the line is on disk; rejects with what the disk says. */
  append(line: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line, resolve, reject })
      this.#running ??= this.#write()
    })
  }

  /** Resolves when all is written. */
  async close(): Promise<void> {
    await this.#running
    await this.#file.close()
  }

  async #write(): Promise<void> {
    // What else is appended in this turn comes along.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const group = this.#waiting
      this.#waiting = []
      try {
        if (this.#mustReplace || this.#lines > slackLines) await this.#replace()
        else await this.#append(group)
        for (const { resolve } of group) resolve()
      } catch (thrown) {
        this.#mustReplace = true
        for (const { reject } of group) reject(thrown)
      }
    }
    this.#running = undefined
  }

  async #append(group: readonly Waiting[]): Promise<void> {
    await this.#file.appendFile(group.map(({ line }) => `${line}\n`).join(''))
    await this.#file.datasync()
    this.#lines += group.length
  }

  async #replace(): Promise<void> {
    const file = await replaceFile(this.#path, this.#snapshot())
    await this.#file.close()
    this.#file = file
    this.#lines = 0
    this.#mustReplace = false
  }
}

/** Writes a file beside it, fsync, rename, fsync of the folder; the old file stays as it is until then. */
async function replaceFile(path: string, lines: readonly string[]): Promise<FileHandle> {
  const temporary = `${path}.tmp`
  try {
    const file = await open(temporary, 'w', 0o600)
    try {
      await file.writeFile(lines.map((line) => `${line}\n`).join(''))
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (thrown) {
    await rm(temporary, { force: true })
    throw thrown
  }
  // Windows has no such call and needs none.
  if (process.platform !== 'win32') {
    const folder = await open(dirname(path), 'r')
    await folder.sync().finally(() => folder.close())
  }
  return open(path, 'a', 0o600)
}
