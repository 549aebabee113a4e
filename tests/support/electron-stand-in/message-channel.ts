import { EventEmitter } from 'node:events'

/** One end of a channel between main and a page, as Electron's `MessagePortMain`. Messages wait until `start`. */
export class MessagePortMain extends EventEmitter {
  #other: MessagePortMain | undefined
  #waiting: unknown[] | undefined = []

  entangle(other: MessagePortMain): void {
    this.#other = other
  }

  start(): void {
    const waiting = this.#waiting ?? []
    this.#waiting = undefined
    for (const data of waiting) this.emit('message', { data, ports: [] })
  }

  postMessage(data: unknown): void {
    this.#other?.receive(data)
  }

  close(): void {
    const other = this.#other
    this.#other = undefined
    if (!other) return
    other.#other = undefined
    setImmediate(() => {
      this.emit('close')
      other.emit('close')
    })
  }

  receive(data: unknown): void {
    if (this.#waiting) this.#waiting.push(data)
    else setImmediate(() => this.emit('message', { data, ports: [] }))
  }
}

export class MessageChannelMain {
  readonly port1 = new MessagePortMain()
  readonly port2 = new MessagePortMain()

  constructor() {
    this.port1.entangle(this.port2)
    this.port2.entangle(this.port1)
  }
}
