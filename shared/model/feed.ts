import { z } from 'zod'
import type { Cloud } from './clouds.ts'
import type { Event } from './events.ts'
import type { Farm } from './farms.ts'
import type { Image } from './images.ts'
import type { Job } from './jobs.ts'
import type { Notice } from './notices.ts'
import type { Prompt } from './prompts.ts'
import type { Role } from './roles.ts'
import type { Server } from './servers.ts'
import type { SshKey } from './ssh-keys.ts'
import type { Terminal } from './terminals.ts'

/** The entity that each topic of the change feed carries. */
export interface TopicEntities {
  clouds: Cloud
  roles: Role
  images: Image
  farms: Farm
  servers: Server
  keys: SshKey
  jobs: Job
  events: Event
  prompts: Prompt
  notices: Notice
  terminals: Terminal
}

export const Topic = z.enum([
  'clouds',
  'roles',
  'images',
  'farms',
  'servers',
  'keys',
  'jobs',
  'events',
  'prompts',
  'notices',
  'terminals',
])
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
