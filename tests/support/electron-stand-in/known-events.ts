import { EventEmitter } from 'node:events'

/** An emitter that refuses listeners of events which the stand-in would never emit: such a test could not fail. */
export class KnownEvents extends EventEmitter {
  readonly #known: ReadonlySet<string>

  constructor(known: readonly string[]) {
    super()
    this.#known = new Set(known)
  }

  override on(event: string, listener: (...args: never[]) => void): this {
    this.#check(event)
    return super.on(event, listener as (...args: unknown[]) => void)
  }

  override once(event: string, listener: (...args: never[]) => void): this {
    this.#check(event)
    return super.once(event, listener as (...args: unknown[]) => void)
  }

  #check(event: string): void {
    if (!this.#known.has(event)) throw new Error(`The stand-in for Electron knows no event “${event}”.`)
  }
}

/** An event that a listener may prevent. Answers whether one did. */
export function emitPreventable(emitter: EventEmitter, event: string, facts: object = {}): boolean {
  let isPrevented = false
  emitter.emit(event, { ...facts, preventDefault: () => (isPrevented = true) })
  return isPrevented
}
