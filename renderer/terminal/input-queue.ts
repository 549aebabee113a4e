const longestWrite = 100_000

/** Sends what is typed in order: one call at a time, and what is typed meanwhile goes together with the next one. */
export class InputQueue {
  readonly #send: (text: string) => Promise<void>
  #waiting = ''
  #sending = false

  constructor(send: (text: string) => Promise<void>) {
    this.#send = send
  }

  push(text: string): void {
    this.#waiting += text
    if (!this.#sending) void this.#drain()
  }

  async #drain(): Promise<void> {
    this.#sending = true
    try {
      while (this.#waiting !== '') {
        const text = this.#waiting.slice(0, longestWrite)
        this.#waiting = this.#waiting.slice(text.length)
        await this.#send(text)
      }
    } catch {
      // The terminal's state says why it takes no input; typing into it is not kept for later.
      this.#waiting = ''
    } finally {
      this.#sending = false
    }
  }
}
