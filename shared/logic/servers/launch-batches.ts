import type { Server } from '../../model/servers.ts'
import { TAG_VALUE_MAX, TAGS } from '../../model/tags.ts'

/**
 * Servers of one farm role that are launched alike go into one call, so that a hundred servers take few calls. The tag
 * `farmhand:server` of every instance of the call lists their ids; the instance at launch position n is the nth of them.
 */
export function launchBatches(servers: readonly Server[]): Server[][] {
  const batches: Server[][] = []
  let batch: Server[] = []
  let length = 0
  for (const server of servers) {
    if (batch.length > 0 && length + 1 + server.id.length > TAG_VALUE_MAX) {
      batches.push(batch)
      batch = []
      length = 0
    }
    length += (batch.length > 0 ? 1 : 0) + server.id.length
    batch.push(server)
  }
  if (batch.length > 0) batches.push(batch)
  return batches
}

/** The value of `farmhand:server` for a batch. */
export function serverTag(batch: readonly Server[]): string {
  return batch.map((server) => server.id).join(' ')
}

/** Which server an instance was made for, or null when its tags do not tell. */
export function serverIdOf(instance: {
  tags: Readonly<Record<string, string>>
  launchPosition: number
}): string | null {
  const ids = instance.tags[TAGS.server]?.split(' ')
  return ids?.[ids.length === 1 ? 0 : instance.launchPosition] ?? null
}
