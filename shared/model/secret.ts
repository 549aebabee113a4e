/** A value that must not be shown: every way of printing it answers `•••`; only `reveal()` gives it out. */
export class Secret<T = string> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  reveal(): T {
    return this.#value
  }

  toString(): string {
    return '•••'
  }

  toJSON(): string {
    return '•••'
  }

  /** What Node's `util.inspect` prints (the well-known symbol is global, so no Node import is needed). */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '•••'
  }
}
