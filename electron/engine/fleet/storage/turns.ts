/**
 * Work on the same thing (a server's disks, a volume) goes one after another, in the order in which it came. Whoever has a
 * thing's turn must not ask for it again.
 */
export class Turns {
  readonly #things = new Map<string, { inside: number; last: Promise<void> }>()

  /** Whether somebody works on it, or waits to. */
  isTaken(id: string): boolean {
    return this.#things.has(id)
  }

  /** Runs work once all before it has ended. Throws the signal's reason when it is aborted before its turn. */
  async alone<T>(id: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const thing = this.#things.get(id) ?? { inside: 0, last: Promise.resolve() }
    const before = thing.last
    let leave = (): void => undefined
    const mine = new Promise<void>((resolve) => (leave = resolve))
    // Whoever comes next waits for all before it too, also when this one gives up.
    thing.last = before.then(() => mine)
    thing.inside += 1
    this.#things.set(id, thing)
    try {
      await orAborted(before, signal)
      return await work()
    } finally {
      leave()
      thing.inside -= 1
      if (thing.inside === 0) this.#things.delete(id)
    }
  }
}

function orAborted(turn: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const give = (): void => reject(signal.reason as Error)
    if (signal.aborted) give()
    signal.addEventListener('abort', give, { once: true })
    void turn.then(() => {
      signal.removeEventListener('abort', give)
      resolve()
    })
  })
}
