import { createHash, randomBytes } from 'node:crypto'

/** Makes ids such as `i-0123456789abcdef0`; with a seed, the same ones in the same order. */
export class Ids {
  readonly #seed: string | undefined
  #made = 0

  constructor(seed: string | undefined) {
    this.#seed = seed
  }

  /** An id that `isTaken` does not know. */
  make(prefix: string, isTaken: (id: string) => boolean = () => false): string {
    for (;;) {
      const id = `${prefix}-0${this.hex(8)}`
      if (!isTaken(id)) return id
    }
  }

  /** That many bytes in hex. */
  hex(bytes: number): string {
    if (this.#seed === undefined) return randomBytes(bytes).toString('hex')
    this.#made += 1
    return digest(`${this.#seed}/${this.#made}`).slice(0, bytes * 2)
  }
}

/** A number from 0 up to (not including) `below` that the text alone decides. */
export function spread(text: string, below: number): number {
  return Number.parseInt(digest(text).slice(0, 8), 16) % below
}

/** The same id for the same text. */
export function fixedId(prefix: string, text: string): string {
  return `${prefix}-0${digest(text).slice(0, 16)}`
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
