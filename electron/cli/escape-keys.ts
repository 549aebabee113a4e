/** What to do with what was typed. */
export interface Typed {
  text: string
  leave: boolean
}

/**
 * Watches the keyboard for `~.` at the beginning of a line, which leaves the terminal as in ssh; `~~` types one tilde. The
 * rest passes unchanged.
 */
export class EscapeKeys {
  #isLineStart = true
  #hasTilde = false

  take(text: string): Typed {
    let passed = ''
    for (const key of text) {
      if (this.#hasTilde) {
        this.#hasTilde = false
        if (key === '.') return { text: passed, leave: true }
        passed += key === '~' ? '~' : `~${key}`
        this.#isLineStart = key === '\r' || key === '\n'
      } else if (this.#isLineStart && key === '~') {
        this.#hasTilde = true
      } else {
        passed += key
        this.#isLineStart = key === '\r' || key === '\n'
      }
    }
    return { text: passed, leave: false }
  }
}
