import { z } from 'zod'
import { Cloud } from './clouds.ts'
import { Event } from './events.ts'
import { Farm } from './farms.ts'
import { Image } from './images.ts'
import { Job } from './jobs.ts'
import { Notice } from './notices.ts'
import { Prompt } from './prompts.ts'
import { Role } from './roles.ts'
import { Server } from './servers.ts'
import { SshKey } from './ssh-keys.ts'
import { Terminal } from './terminals.ts'

/** The entity that each topic of the change feed carries. */
const TopicEntities = z.object({
  clouds: Cloud,
  roles: Role,
  images: Image,
  farms: Farm,
  servers: Server,
  keys: SshKey,
  jobs: Job,
  events: Event,
  prompts: Prompt,
  notices: Notice,
  terminals: Terminal,
})
export type TopicEntities = z.infer<typeof TopicEntities>

export const Topic = TopicEntities.keyof()
export type Topic = z.infer<typeof Topic>

/** Entities are checked where they are made; the feed only moves them. */
const Entity = z.custom<TopicEntities[Topic]>(
  (value) => typeof value === 'object' && value !== null && 'id' in value,
)

/**
 * One message of the change feed. A `snapshot` replaces all that is known of its topic; a `patch` leads from revision
 * `from` to `to` with whole entities. `epoch` names the engine's run: revisions of different epochs do not compare.
 */
export const FeedMessage = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('snapshot'),
    topic: Topic,
    epoch: z.string(),
    revision: z.number().int(),
    entities: z.array(Entity),
  }),
  z.object({
    kind: z.literal('patch'),
    topic: Topic,
    epoch: z.string(),
    from: z.number().int(),
    to: z.number().int(),
    put: z.array(Entity),
    drop: z.array(z.string()),
  }),
])
export type FeedMessage = z.infer<typeof FeedMessage>

/** What a client wants, and what it has: the last revision it saw of a topic, to catch up instead of starting over. */
export const FeedRequest = z.strictObject({
  topics: z.array(Topic).min(1),
  since: z.partialRecord(Topic, z.object({ epoch: z.string(), revision: z.number().int() })).default({}),
})
export type FeedRequest = z.infer<typeof FeedRequest>
