import { cp, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** The files of images, each a folder `images/<id>`; whole or not there. */
export class ImageDisks {
  readonly #dir: string

  constructor(dir: string) {
    this.#dir = dir
  }

  /** Keeps a copy of an instance's home as it is now; sockets and pipes are no files of an image. */
  async saveInstance(instanceId: string, imageId: string): Promise<void> {
    await this.#keep(join(this.#dir, 'instances', instanceId, 'home'), imageId)
  }

  async copyImage(fromImageId: string, imageId: string): Promise<void> {
    await this.#keep(this.#imageDir(fromImageId), imageId)
  }

  async removeImage(imageId: string): Promise<void> {
    await rm(this.#imageDir(imageId), { recursive: true, force: true, maxRetries: 3 })
  }

  /** Puts an image's files into an instance's home; the Sandbox's own images have none. */
  async fill(imageId: string, homeDir: string): Promise<void> {
    await copyFiles(this.#imageDir(imageId), homeDir)
  }

  /** Takes away what a crash left between the files and the record of an image. */
  async removeUnknown(known: ReadonlySet<string>): Promise<void> {
    for (const name of await entries(join(this.#dir, 'images'))) {
      if (!known.has(name)) await this.removeImage(name)
    }
  }

  async #keep(from: string, imageId: string): Promise<void> {
    const temporary = `${this.#imageDir(imageId)}.tmp`
    await rm(temporary, { recursive: true, force: true, maxRetries: 3 })
    await mkdir(temporary, { recursive: true, mode: 0o700 })
    await copyFiles(from, temporary)
    await rename(temporary, this.#imageDir(imageId))
  }

  #imageDir(imageId: string): string {
    return join(this.#dir, 'images', imageId)
  }
}

async function copyFiles(from: string, to: string): Promise<void> {
  for (const name of await entries(from)) {
    await cp(join(from, name), join(to, name), {
      recursive: true,
      preserveTimestamps: true,
      verbatimSymlinks: true,
      force: true,
      filter: async (path) => {
        const facts = await lstat(path).catch(() => undefined)
        return facts !== undefined && (facts.isFile() || facts.isDirectory() || facts.isSymbolicLink())
      },
    })
  }
}

async function entries(dir: string): Promise<string[]> {
  try {
    return await readdir(dir)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw thrown
  }
}
