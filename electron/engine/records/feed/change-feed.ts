import type { FeedMessage, FeedRequest, Topic, TopicEntities } from '../../../../shared/model/feed.ts'
import type { Clock } from '../../ports.ts'

type Entity = TopicEntities[Topic]

/** Patches are collected this long, so that a burst of changes becomes one message. */
const COLLECT_MS = 60
/** So many past changes of a topic are remembered for clients that come back. */
const HISTORY = 20_000

interface TopicState {
  revision: number
  entities: Map<string, Entity>
  /** The revision of the last change of each id, oldest first: what a returning client has missed. */
  changedAt: Map<string, number>
  /** Changes up to this revision are no longer in `changedAt`. */
  forgottenUpTo: number
}

interface Subscriber {
  /** What has been sent of each topic. */
  sent: Map<Topic, number>
  wake: () => void
}

/**
 * The change feed: for each topic the current entities, a revision that grows by one with every change, and subscribers
 * that get a snapshot first and patches afterwards. What a slow subscriber has not read yet is not queued: its next patch
 * is made from the current state when it asks, so memory does not grow with its slowness.
 */
export class ChangeFeed {
  readonly #epoch: string
  readonly #clock: Clock
  readonly #topics = new Map<Topic, TopicState>()
  readonly #subscribers = new Set<Subscriber>()

  constructor(options: { epoch: string; clock: Clock }) {
    this.#epoch = options.epoch
    this.#clock = options.clock
  }

  /** Sets entities of a topic; call it after they are on disk. */
  put<T extends Topic>(topic: T, ...entities: TopicEntities[T][]): void {
    if (entities.length === 0) return
    const state = this.#topic(topic)
    for (const entity of entities) {
      state.entities.set(entity.id, entity)
      this.#mark(state, entity.id)
    }
    this.#wake()
  }

  /** Takes entities out of a topic. */
  drop(topic: Topic, ...ids: string[]): void {
    const state = this.#topic(topic)
    for (const id of ids) if (state.entities.delete(id)) this.#mark(state, id)
    this.#wake()
  }

  /** The current entities of a topic. */
  entities<T extends Topic>(topic: T): TopicEntities[T][] {
    return [...this.#topic(topic).entities.values()] as TopicEntities[T][]
  }

  /** Messages for one client until it leaves; registering and reading the first state happen in one tick. */
  async *subscribe(
    request: FeedRequest,
    options: { signal?: AbortSignal } = {},
  ): AsyncGenerator<FeedMessage> {
    let wake: () => void = () => undefined
    const subscriber: Subscriber = { sent: new Map(), wake: () => wake() }
    this.#subscribers.add(subscriber)
    const stop = (): void => wake()
    options.signal?.addEventListener('abort', stop, { once: true })
    try {
      for (const topic of request.topics) {
        const since = request.since[topic]
        const state = this.#topic(topic)
        if (
          since?.epoch === this.#epoch &&
          since.revision >= state.forgottenUpTo &&
          since.revision <= state.revision
        ) {
          subscriber.sent.set(topic, since.revision)
        } else {
          subscriber.sent.set(topic, state.revision)
          yield this.#snapshot(topic, state)
        }
      }
      while (!options.signal?.aborted) {
        const changed = new Promise<void>((resolve) => (wake = resolve))
        const messages = [...subscriber.sent].flatMap(([topic, sent]) => this.#next(topic, sent) ?? [])
        for (const message of messages) {
          subscriber.sent.set(message.topic, message.kind === 'patch' ? message.to : message.revision)
          yield message
          if (options.signal?.aborted) return
        }
        if (messages.length === 0) {
          if (options.signal?.aborted) return
          await changed
        }
        if (!options.signal?.aborted)
          await this.#clock.sleep(COLLECT_MS, options.signal).catch(() => undefined)
      }
    } finally {
      options.signal?.removeEventListener('abort', stop)
      this.#subscribers.delete(subscriber)
    }
  }

  #snapshot(topic: Topic, state: TopicState): FeedMessage {
    return {
      kind: 'snapshot',
      topic,
      epoch: this.#epoch,
      revision: state.revision,
      entities: [...state.entities.values()],
    }
  }

  #next(topic: Topic, sent: number): FeedMessage | undefined {
    const state = this.#topic(topic)
    if (sent === state.revision) return undefined
    if (sent < state.forgottenUpTo) return this.#snapshot(topic, state)
    const put: Entity[] = []
    const drop: string[] = []
    const ids = [...state.changedAt.keys()]
    for (let position = ids.length - 1; position >= 0; position -= 1) {
      const id = ids[position] ?? ''
      if ((state.changedAt.get(id) ?? 0) <= sent) break
      const entity = state.entities.get(id)
      if (entity) put.push(entity)
      else drop.push(id)
    }
    return {
      kind: 'patch',
      topic,
      epoch: this.#epoch,
      from: sent,
      to: state.revision,
      put: put.reverse(),
      drop,
    }
  }

  #topic(topic: Topic): TopicState {
    const known = this.#topics.get(topic)
    if (known) return known
    const made: TopicState = { revision: 0, entities: new Map(), changedAt: new Map(), forgottenUpTo: 0 }
    this.#topics.set(topic, made)
    return made
  }

  #mark(state: TopicState, id: string): void {
    state.revision += 1
    state.changedAt.delete(id)
    state.changedAt.set(id, state.revision)
    if (state.changedAt.size <= HISTORY) return
    const [oldest] = state.changedAt
    if (!oldest) return
    state.changedAt.delete(oldest[0])
    state.forgottenUpTo = oldest[1]
  }

  #wake(): void {
    for (const subscriber of this.#subscribers) subscriber.wake()
  }
}
