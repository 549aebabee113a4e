import { MAX_SERVERS, type FarmRole, type Scaling } from '../../model/farm-roles.ts'
import type { Server } from '../../model/servers.ts'
import { countServers, freeIndexes } from './farm-decisions.ts'

/** What one more server of a farm role, asked for by hand, changes. */
export interface HandLaunch {
  /** The index that it takes. */
  index: number
  /** The farm role's scaling afterwards; the same object when nothing in it changes. */
  scaling: Scaling
  /** What the person should know about it, or null. */
  warning: string | null
}

/**
 * Reference 3.1, "Launch new instance": a farm role that has its minimum already keeps one server more from now on, and its
 * maximum rises where there is no room for it. A farm role that is scaled by hand just gets the server. Answers a sentence
 * when there can be no other server.
 */
export function launchByHand(
  role: Pick<FarmRole, 'alias' | 'scaling'>,
  own: readonly Server[],
): HandLaunch | string {
  const { scaling } = role
  const [index = 1] = freeIndexes(own, 1)
  const { pending, running, suspended } = countServers(own, scaling)
  const total = pending + running + suspended
  if (total >= MAX_SERVERS)
    return `${role.alias} has ${total} servers; a farm role has at most ${MAX_SERVERS}.`
  if (!scaling.enabled) return { index, scaling, warning: null }
  const min = total < scaling.min ? scaling.min : scaling.min + 1
  const max = Math.max(scaling.max, min, total + 1)
  if (min === scaling.min && max === scaling.max) return { index, scaling, warning: null }
  const warning =
    max > scaling.max ? `The maximum of ${role.alias} was raised from ${scaling.max} to ${max}.` : null
  return { index, scaling: { ...scaling, min, max }, warning }
}
