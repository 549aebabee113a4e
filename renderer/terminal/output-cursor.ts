import type { TerminalChunk } from '../../shared/model/terminals.ts'

/** Unshown text may grow this far before the engine hears that it was shown. */
const ackEvery = 32 * 1024

/** Where a view is in a terminal's output: what of a chunk is new, and when to tell the engine that it was shown. */
export class OutputCursor {
  #received: number
  #acked: number

  constructor(offset = 0) {
    this.#received = offset
    this.#acked = offset
  }

  /** Everything before this offset was received. */
  get offset(): number {
    return this.#received
  }

  /** The part of the chunk that is new; a chunk after a gap (text no longer kept) is taken whole. */
  take(chunk: TerminalChunk): string {
    const end = chunk.offset + chunk.text.length
    if (end <= this.#received) return ''
    const text = chunk.text.slice(Math.max(0, this.#received - chunk.offset))
    this.#received = end
    return text
  }

  /** The offset to acknowledge now that everything before `offset` is on the screen, or null when it can wait. */
  shown(offset: number): number | null {
    if (offset - this.#acked < ackEvery) return null
    this.#acked = offset
    return offset
  }
}
