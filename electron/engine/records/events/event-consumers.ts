import type { Event, EventKind } from '../../../../shared/model/events.ts'
import type { Clock, Log } from '../../ports.ts'

/** The events of the ledger as a consumer sees them. */
interface EventStream {
  after(seq: number, limit: number): Promise<Event[]>
  lastSeq(): Promise<number>
  onCommitted(listener: (kinds: ReadonlySet<EventKind>) => void): () => void
}

/** How far each consumer is. */
interface EventCursors {
  get(name: string): Promise<number | undefined>
  put(name: string, seq: number): Promise<void>
  keepOnly(names: readonly string[]): Promise<void>
}

/** One event on its way to a consumer. The key is the consumer's own, and the same each time that the event comes. */
export interface Delivery {
  event: Event
  key: string
}

/**
 * Takes a batch of events, oldest first. What it does about an event it does once by the key: a batch that was cut off, or
 * that it threw at, comes again.
 */
export type EventHandler = (deliveries: readonly Delivery[], signal: AbortSignal) => Promise<void> | void

/** Which kinds a consumer wants (absent: all), and whether its place outlives the engine's run (absent: yes). */
export interface ConsumerOptions {
  kinds?: readonly EventKind[]
  isStored?: boolean
}

interface EventConsumersOptions {
  stream: EventStream
  cursors: EventCursors
  clock: Clock
  log: Log
}

interface Consumer {
  name: string
  wants: (kind: EventKind) => boolean
  isStored: boolean
  handle: EventHandler
  /** The last event that it has done with, and what its cursor says of that. */
  place: number
  stored: number
  wake: () => void
  loop: Promise<void>
}

const BATCH = 200
/** What a consumer passed over need not be in its stored place at once: after a crash it is passed over again. */
const STORE_EVERY = 1_000
const RETRY_MS = 1_000
const MAX_RETRY_MS = 60_000

/**
 * Whoever reacts to what happened consumes the events from its own place in the ledger, woken by each commit: in order, in
 * batches, at least once. The next batch is read when the last one is done with, so that a slow consumer costs no memory
 * and holds up nobody.
 */
export class EventConsumers {
  readonly #options: EventConsumersOptions
  readonly #consumers = new Map<string, Consumer>()
  readonly #stop = new AbortController()
  #unlisten: () => void = () => undefined

  constructor(options: EventConsumersOptions) {
    this.#options = options
  }

  /**
   * Says who consumes; once a name, before `start`. A new consumer begins with what happens from now on. A handler that
   * throws gets the same batch again after longer and longer pauses, until it takes it.
   */
  consume(name: string, handle: EventHandler, { kinds, isStored = true }: ConsumerOptions = {}): void {
    if (this.#consumers.has(name)) throw new Error(`${name} consumes the events already`)
    const wanted = kinds && new Set(kinds)
    this.#consumers.set(name, {
      name,
      wants: (kind) => wanted?.has(kind) ?? true,
      isStored,
      handle,
      place: 0,
      stored: 0,
      wake: () => undefined,
      loop: Promise.resolve(),
    })
  }

  /** Everyone goes on where it was. Resolves when each has its place. */
  async start(): Promise<void> {
    const { stream, cursors, log } = this.#options
    const consumers = [...this.#consumers.values()]
    this.#unlisten = stream.onCommitted((kinds) => {
      for (const consumer of consumers) if ([...kinds].some(consumer.wants)) consumer.wake()
    })
    // A full disk keeps nobody from starting: places are kept later, with what is handled.
    const notKept = (thrown: unknown): void => log.warn({ err: thrown }, 'places of consumers were not kept')
    await cursors
      .keepOnly(consumers.filter(({ isStored }) => isStored).map(({ name }) => name))
      .catch(notKept)
    for (const consumer of consumers) {
      const known = consumer.isStored ? await cursors.get(consumer.name) : undefined
      consumer.place = known ?? (await stream.lastSeq())
      consumer.stored = known ?? -1
      await this.#store(consumer).catch(notKept)
      consumer.loop = this.#follow(consumer).catch((thrown: unknown) =>
        log.error({ err: thrown, consumer: consumer.name }, 'the place of a consumer was not kept'),
      )
    }
  }

  /** Ends all consumers after the batch that each is in. */
  async stop(): Promise<void> {
    this.#stop.abort()
    this.#unlisten()
    for (const consumer of this.#consumers.values()) consumer.wake()
    await Promise.all([...this.#consumers.values()].map(({ loop }) => loop))
  }

  async #follow(consumer: Consumer): Promise<void> {
    const { clock, log } = this.#options
    const { signal } = this.#stop
    for (let failures = 0; !signal.aborted;) {
      const woken = new Promise<void>((resolve) => (consumer.wake = resolve))
      try {
        const isUpToDate = await this.#read(consumer)
        failures = 0
        if (isUpToDate) await woken
      } catch (thrown) {
        if (signal.aborted) break
        failures += 1
        log.error({ err: thrown, consumer: consumer.name, failures }, 'events could not be handled yet')
        const pauseMs = Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** Math.min(failures - 1, 6))
        await clock.sleep(pauseMs, signal).catch(() => undefined)
      }
    }
    await this.#store(consumer)
  }

  /** Reads a batch and has it handled. True when there was nothing to read. */
  async #read(consumer: Consumer): Promise<boolean> {
    const events = await this.#options.stream.after(consumer.place, BATCH)
    const last = events.at(-1)
    if (!last) return true
    const deliveries = events
      .filter(({ kind }) => consumer.wants(kind))
      .map((event) => ({ event, key: `${consumer.name}/${event.id}` }))
    if (deliveries.length > 0) await consumer.handle(deliveries, this.#stop.signal)
    consumer.place = last.seq
    if (deliveries.length > 0 || last.seq - consumer.stored >= STORE_EVERY) await this.#store(consumer)
    return false
  }

  async #store(consumer: Consumer): Promise<void> {
    const { name, isStored, place, stored } = consumer
    if (isStored && place > stored) await this.#options.cursors.put(name, place)
    consumer.stored = place
  }
}
