import type { Topic, TopicEntities } from '../../../../shared/model/feed.ts'
import type { ChangeFeed } from './change-feed.ts'

/** A listener that hands changes of a noun to its topic. */
export function publishTo<T extends Topic>(feed: ChangeFeed, topic: T) {
  return (put: readonly TopicEntities[T][], dropped: readonly string[]): void => {
    feed.put(topic, ...put)
    feed.drop(topic, ...dropped)
  }
}
