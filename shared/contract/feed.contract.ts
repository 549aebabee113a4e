import { eventIterator } from '@orpc/contract'
import { FeedMessage, FeedRequest } from '../model/feed.ts'
import { method } from './method.ts'

export const feed = {
  /** Snapshot, or patches since what the client has, of each topic; then patches as they happen, until the client leaves. */
  subscribe: method
    .route({ method: 'POST', path: '/feed' })
    .input(FeedRequest)
    .output(eventIterator(FeedMessage)),
}
