import { realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'

/** A path leads out of the home directory. */
export class OutsideHome extends Error {
  constructor() {
    super('Only the home directory of this instance can be reached.')
    this.name = 'OutsideHome'
  }
}

/** Paths of a file transfer: relative ones begin at the home directory, absolute ones must lie in it. */
export class HomePaths {
  readonly #homeDir: string
  readonly #volumesDir: string

  /** Links may also lead to the content of volumes, which are mounted by links. */
  constructor(homeDir: string, volumesDir: string) {
    this.#homeDir = resolve(homeDir)
    this.#volumesDir = resolve(volumesDir)
  }

  /** The path of the thing itself, which may be a link or not exist yet. Throws OutsideHome. */
  async of(remote: string): Promise<string> {
    const path = this.#resolve(remote)
    const home = await realpath(this.#homeDir)
    if (path === this.#homeDir) return home
    const parent = await realExisting(dirname(path))
    await this.#checkReal(parent, home)
    return join(parent, basename(path))
  }

  /** The path of what a link leads to. Throws OutsideHome. */
  async target(remote: string): Promise<string> {
    const path = await this.of(remote)
    const real = await realpath(path).catch(() => path)
    await this.#checkReal(real, await realpath(this.#homeDir))
    return real
  }

  /** The path as the client sees it, without asking whether it is there. Throws OutsideHome. */
  shown(remote: string): string {
    const path = this.#resolve(remote)
    return sep === '/' ? path : `/${path.replaceAll(sep, '/')}`
  }

  #resolve(remote: string): string {
    // Windows clients write `/C:/Users/…`.
    const local = process.platform === 'win32' ? remote.replace(/^\/(?=[A-Za-z]:)/, '') : remote
    const path = isAbsolute(local) ? resolve(local) : resolve(this.#homeDir, local)
    this.#check(path, this.#homeDir)
    return path
  }

  async #checkReal(path: string, home: string): Promise<void> {
    const volumes = await realpath(this.#volumesDir).catch(() => this.#volumesDir)
    const [, content] = relative(volumes, path).split(sep)
    if (content === 'content' && isWithin(path, volumes)) return
    this.#check(path, home)
  }

  #check(path: string, home: string): void {
    if (!isWithin(path, home)) throw new OutsideHome()
  }
}

function isWithin(path: string, dir: string): boolean {
  const way = relative(dir, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

async function realExisting(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (thrown) {
    const isMissing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'
    if (!isMissing || dirname(path) === path) throw thrown
    return join(await realExisting(dirname(path)), basename(path))
  }
}
