import type { Farm } from '../../../shared/model/farms.ts'
import type { Server, ServerStatus } from '../../../shared/model/servers.ts'

/** How many servers of a farm or farm role are in which condition; terminated ones do not count. */
export interface ServerCounts {
  total: number
  running: number
  /** On the way up or down, or waiting. */
  moving: number
  suspended: number
  failed: number
}

/** The condition of one server as the counts know it. */
export function conditionOf(server: Pick<Server, 'status' | 'error'>): Exclude<keyof ServerCounts, 'total'> {
  const conditions: Readonly<Record<ServerStatus, Exclude<keyof ServerCounts, 'total'>>> = {
    'pending-launch': 'moving',
    pending: 'moving',
    initializing: 'moving',
    running: 'running',
    'pending-suspend': 'moving',
    suspended: 'suspended',
    resuming: 'moving',
    'pending-terminate': 'moving',
    terminated: 'moving',
    missing: 'failed',
    troubleshooting: 'failed',
  }
  const condition = conditions[server.status]
  return condition === 'moving' && server.error !== null ? 'failed' : condition
}

/** Counts the servers that are left of each group that `keyOf` names, in one pass. */
export function countBy(
  servers: readonly Server[],
  keyOf: (server: Server) => string,
): Map<string, ServerCounts> {
  const counts = new Map<string, ServerCounts>()
  for (const server of servers) {
    if (server.status === 'terminated') continue
    const key = keyOf(server)
    let own = counts.get(key)
    if (!own) counts.set(key, (own = emptyCounts()))
    own.total += 1
    own[conditionOf(server)] += 1
  }
  return counts
}

export function emptyCounts(): ServerCounts {
  return { total: 0, running: 0, moving: 0, suspended: 0, failed: 0 }
}

/** `Production · eu-central-1, eu-west-1`, one piece a cloud. */
export function placeSummary(farm: Farm, cloudName: (cloudId: string) => string): string {
  const places = new Map<string, Set<string>>()
  for (const role of farm.roles) {
    const name = cloudName(role.cloudId)
    places.set(name, (places.get(name) ?? new Set()).add(role.location))
  }
  return [...places].map(([cloud, locations]) => `${cloud} · ${[...locations].join(', ')}`).join('; ')
}
