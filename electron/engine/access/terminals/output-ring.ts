import type { TerminalChunk } from '../../../../shared/model/terminals.ts'

/** Small writes are joined to pieces of this length, so that the list of pieces stays short. */
const pieceLength = 4_096

/** The latest text of a terminal; positions are UTF-16 code units since the terminal was opened. */
export class OutputRing {
  readonly #limit: number
  readonly #pieces: { offset: number; text: string }[] = []
  #end = 0

  /** Keeps at least the last `limit` code units, and at most one write more. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Where the oldest kept text begins. */
  get start(): number {
    return this.#pieces[0]?.offset ?? this.#end
  }

  /** Where the next text will stand. */
  get end(): number {
    return this.#end
  }

  append(text: string): void {
    if (text === '') return
    const last = this.#pieces.at(-1)
    if (last !== undefined && last.text.length + text.length <= pieceLength) last.text += text
    else this.#pieces.push({ offset: this.#end, text })
    this.#end += text.length
    for (let next = this.#pieces[1]; next !== undefined && this.#end - next.offset >= this.#limit;) {
      this.#pieces.shift()
      next = this.#pieces[1]
    }
  }

  /**
   * At most `maxLength` code units from `from` on, or from the oldest kept text when that is later. Never ends in the
   * middle of a surrogate pair. Undefined when there is nothing.
   */
  read(from: number, maxLength: number): TerminalChunk | undefined {
    const offset = Math.max(from, this.start)
    if (offset >= this.#end) return undefined
    let at = this.#pieces.findLastIndex((piece) => piece.offset <= offset)
    let text = ''
    for (let piece = this.#pieces[at]; piece !== undefined && text.length < maxLength;) {
      const begin = offset + text.length - piece.offset
      text += piece.text.slice(begin, begin + maxLength - text.length)
      at += 1
      piece = this.#pieces[at]
    }
    const endsInPair = text.length > 1 && offset + text.length < this.#end && isHighSurrogate(text.at(-1))
    return { offset, text: endsInPair ? text.slice(0, -1) : text }
  }
}

function isHighSurrogate(unit: string | undefined): boolean {
  return unit !== undefined && unit >= '\uD800' && unit <= '\uDBFF'
}
