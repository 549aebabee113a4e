import { appendFile, readFile, stat } from 'node:fs/promises'

/** A console keeps its first part only up to here, so that a talkative script does not fill the disk. */
const maxBytes = 1_048_576
/** What EC2 answers of a console: its end. */
const shownBytes = 65_536

/** The serial console of an instance, as a file. */
export class ConsoleLog {
  readonly #path: string
  #writing: Promise<void> = Promise.resolve()
  #bytes: number | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** Appends, in the order of the calls. */
  async write(text: string | Uint8Array): Promise<void> {
    const done = this.#writing.then(async () => {
      this.#bytes ??= await sizeOf(this.#path)
      if (this.#bytes > maxBytes) return
      await appendFile(this.#path, text, { mode: 0o600 })
      this.#bytes += text.length
    })
    this.#writing = done.catch(() => undefined)
    await done
  }

  /** The end of the text and when it last grew; empty when there is none. */
  async read(): Promise<{ text: string; at: number } | undefined> {
    await this.#writing
    try {
      const { mtimeMs } = await stat(this.#path)
      const bytes = await readFile(this.#path)
      return { text: bytes.subarray(-shownBytes).toString('utf8'), at: mtimeMs }
    } catch {
      return undefined
    }
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch {
    return 0
  }
}
