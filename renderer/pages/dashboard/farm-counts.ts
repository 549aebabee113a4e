import type { Server } from '../../../shared/model/servers.ts'

/** How many live servers a farm has, and how they are. */
export interface FarmCounts {
  running: number
  moving: number
  failed: number
  suspended: number
  total: number
}

export const noServers: FarmCounts = { running: 0, moving: 0, failed: 0, suspended: 0, total: 0 }

/** Counts of every farm in one pass over the servers. */
export function countByFarm(servers: readonly Server[]): Map<string, FarmCounts> {
  const counts = new Map<string, FarmCounts>()
  for (const { farmId, status, error } of servers) {
    if (status === 'terminated') continue
    let farm = counts.get(farmId)
    if (farm === undefined) {
      farm = { ...noServers }
      counts.set(farmId, farm)
    }
    farm.total += 1
    if (error !== null || status === 'missing') farm.failed += 1
    else if (status === 'running' || status === 'troubleshooting') farm.running += 1
    else if (status === 'suspended') farm.suspended += 1
    else farm.moving += 1
  }
  return counts
}
