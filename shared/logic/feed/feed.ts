import type { FeedMessage, Topic, TopicEntities } from '../../model/feed.ts'

/** What a client knows of one topic: the engine's run, the revision it has seen, and the entities by id. */
export interface TopicState<Entity> {
  readonly epoch: string | null
  readonly revision: number
  readonly entities: ReadonlyMap<string, Entity>
}

/** A topic of which nothing is known yet. */
export function emptyTopic<Entity>(): TopicState<Entity> {
  return { epoch: null, revision: -1, entities: new Map() }
}

/**
 * The state after a message of the change feed, or `'gap'` when the patch does not join what is known: then the client
 * subscribes again without a revision. A patch that is already included leaves the state as it is.
 */
export function applyPatch<T extends Topic>(
  state: TopicState<TopicEntities[T]>,
  message: FeedMessage,
): TopicState<TopicEntities[T]> | 'gap' {
  if (message.kind === 'snapshot') {
    const entities = message.entities as TopicEntities[T][]
    return {
      epoch: message.epoch,
      revision: message.revision,
      entities: new Map(entities.map((entity) => [entity.id, entity])),
    }
  }
  if (message.epoch !== state.epoch) return 'gap'
  if (message.to <= state.revision) return state
  if (message.from > state.revision) return 'gap'
  const entities = new Map(state.entities)
  for (const id of message.drop) entities.delete(id)
  for (const entity of message.put as TopicEntities[T][]) entities.set(entity.id, entity)
  return { epoch: message.epoch, revision: message.to, entities }
}
