import type { Event } from '../../../../shared/model/events.ts'
import type { ChangeFeed } from '../feed/index.ts'
import type { EventRepository } from './events.ts'
import type { EventConsumers } from './event-consumers.ts'

/** The change feed carries this many of the newest events, up to twice as many before the oldest leave. */
const KEEP = 200

/** Lets the newest events appear in the change feed, so that timelines are live. */
export class LiveEvents {
  readonly #feed: ChangeFeed
  readonly #repository: EventRepository
  #shown: string[] = []

  constructor(parts: { feed: ChangeFeed; repository: EventRepository; consumers: EventConsumers }) {
    this.#feed = parts.feed
    this.#repository = parts.repository
    parts.consumers.consume('feed', (deliveries) => this.#show(deliveries.map(({ event }) => event)), {
      isStored: false,
    })
  }

  /** Shows what an earlier run left; before the consumers start. */
  async start(): Promise<void> {
    this.#show((await this.#repository.list({ limit: KEEP })).reverse())
  }

  #show(events: readonly Event[]): void {
    this.#feed.put('events', ...events)
    this.#shown.push(...events.map(({ id }) => id))
    if (this.#shown.length < 2 * KEEP) return
    this.#feed.drop('events', ...this.#shown.slice(0, -KEEP))
    this.#shown = this.#shown.slice(-KEEP)
  }
}
