import type { Event } from '../../model/events.ts'

/** A timeline, newest first, and the newest event of the feed that it has taken in (0: none yet), ours or not. */
export interface LiveTimeline {
  readonly events: readonly Event[]
  readonly place: number
}

/**
 * The timeline with what the feed brings, `feed` oldest first; `'gap'` when so much happened meanwhile that the feed no
 * longer has all of it, so that the timeline is to be read anew.
 */
export function withNews(
  { events, place }: LiveTimeline,
  feed: readonly Event[],
  isOurs: (event: Event) => boolean,
): LiveTimeline | 'gap' {
  const oldest = feed[0]
  const newest = feed.at(-1)
  if (!oldest || !newest) return { events, place }
  if (place > 0 && oldest.seq > place + 1) return 'gap'
  const from = Math.max(place, events[0]?.seq ?? 0)
  const news = feed.filter((event) => event.seq > from && isOurs(event))
  return { events: news.length === 0 ? events : [...news.reverse(), ...events], place: newest.seq }
}
