import type { TerminalChunk } from '../../../../shared/model/terminals.ts'
import type { Clock } from '../../ports.ts'
import { OutputRing } from './output-ring.ts'

const ringLength = 1024 * 1024
const chunkLength = 32 * 1024
/** How long output is gathered after a chunk was handed out; the first after a pause goes at once. */
const gatherMs = 8
/** So much may be unshown: what the slowest screens show in about a tenth of a second, so that Ctrl-C is not stuck behind it. */
const pauseAbove = 192 * 1024
const resumeBelow = 128 * 1024

interface Watcher {
  /** Everything before this was handed out. */
  sent: number
  /** Everything before this was shown. */
  acked: number
  sentAt: number
  hasLeft: boolean
  wait: { units: number; resolve: () => void } | undefined
}

/**
 * The output of one terminal for any number of watchers: replays what is kept, gathers small writes, and holds the source
 * back while the slowest watcher is far behind. Without watchers the source runs freely and old text is dropped.
 */
export class TerminalOutput {
  readonly #clock: Clock
  readonly #setFlow: (isFlowing: boolean) => void
  readonly #ring = new OutputRing(ringLength)
  readonly #watchers = new Map<string, Watcher>()
  #isFlowing = true
  #isOver = false

  /** `setFlow` pauses and resumes the source. */
  constructor(options: { clock: Clock; setFlow: (isFlowing: boolean) => void }) {
    this.#clock = options.clock
    this.#setFlow = options.setFlow
  }

  get end(): number {
    return this.#ring.end
  }

  get isFlowing(): boolean {
    return this.#isFlowing
  }

  append(text: string): void {
    this.#ring.append(text)
    for (const watcher of this.#watchers.values()) this.#wake(watcher)
    this.#adjustFlow()
  }

  /**
   * Text from `fromOffset` on (the oldest kept, when that is later) until the signal aborts, the output is over, or the
   * same watcher starts again. A chunk that does not follow the one before means that text in between was dropped.
   */
  async *watch(
    id: string,
    options: { fromOffset: number; signal: AbortSignal },
  ): AsyncGenerator<TerminalChunk, void, void> {
    const from = Math.min(Math.max(options.fromOffset, this.#ring.start), this.#ring.end)
    const watcher: Watcher = {
      sent: from,
      acked: from,
      sentAt: -Infinity,
      hasLeft: false,
      wait: undefined,
    }
    const leave = (): void => {
      this.#leave(id, watcher)
    }
    const former = this.#watchers.get(id)
    if (former !== undefined) this.#leave(id, former)
    this.#watchers.set(id, watcher)
    options.signal.addEventListener('abort', leave, { once: true })
    this.#adjustFlow()
    try {
      while (!watcher.hasLeft && !options.signal.aborted) {
        const pending = this.#ring.end - watcher.sent
        if (pending === 0) {
          if (this.#isOver) return
          await this.#wait(watcher, 1)
          continue
        }
        const gatheredMs = this.#clock.monotonic() - watcher.sentAt
        if (pending < chunkLength && gatheredMs < gatherMs && !this.#isOver) {
          await this.#wait(watcher, chunkLength, gatherMs - gatheredMs)
          continue
        }
        const chunk = this.#ring.read(watcher.sent, chunkLength)
        if (chunk === undefined) continue
        watcher.sent = chunk.offset + chunk.text.length
        watcher.sentAt = this.#clock.monotonic()
        yield chunk
      }
    } finally {
      options.signal.removeEventListener('abort', leave)
      leave()
    }
  }

  /** A watcher has shown everything before `offset`; for one that has left it means nothing. */
  ack(id: string, offset: number): void {
    const watcher = this.#watchers.get(id)
    if (watcher === undefined) return
    watcher.acked = Math.max(watcher.acked, Math.min(offset, watcher.sent))
    this.#adjustFlow()
  }

  /** No more text will come: watchers get what is left, then their streams end. */
  finish(): void {
    this.#isOver = true
    for (const watcher of this.#watchers.values()) watcher.wait?.resolve()
  }

  #leave(id: string, watcher: Watcher): void {
    watcher.hasLeft = true
    watcher.wait?.resolve()
    if (this.#watchers.get(id) === watcher) this.#watchers.delete(id)
    this.#adjustFlow()
  }

  #wake(watcher: Watcher): void {
    const { wait } = watcher
    if (wait !== undefined && this.#ring.end - watcher.sent >= wait.units) wait.resolve()
  }

  /** Until so many units are pending, the time is over, or the watcher leaves. */
  async #wait(watcher: Watcher, units: number, timeMs?: number): Promise<void> {
    const isDone = new AbortController()
    await new Promise<void>((resolve) => {
      watcher.wait = { units, resolve }
      if (timeMs !== undefined) this.#clock.sleep(timeMs, isDone.signal).then(resolve, () => undefined)
    })
    watcher.wait = undefined
    isDone.abort()
  }

  #adjustFlow(): void {
    let behind = 0
    for (const watcher of this.#watchers.values()) behind = Math.max(behind, this.#ring.end - watcher.acked)
    const isFlowing = this.#isFlowing ? behind <= pauseAbove : behind < resumeBelow
    if (isFlowing === this.#isFlowing) return
    this.#isFlowing = isFlowing
    this.#setFlow(isFlowing)
  }
}
