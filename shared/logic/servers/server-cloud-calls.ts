import type { Server } from '../../model/servers.ts'

/** What a server's status asks of the cloud. */
export type CloudCall = 'launch' | 'stop' | 'force-stop' | 'start' | 'terminate'

/** No deadline of ours lies further ahead: one that does was written before the clock went back, and counts as over. */
const FURTHEST_MS = 3_600_000

/** Whether a deadline is over; none is. */
export function isDue(deadline: string | null, nowMs: number): boolean {
  if (deadline === null) return true
  const leftMs = Date.parse(deadline) - nowMs
  return leftMs <= 0 || leftMs > FURTHEST_MS
}

/**
 * What is to be asked of the cloud for a server now, or null. It follows from the server's status and what the cloud last
 * said of the instance, so that a call whose answer was lost is made again and a call that was heard is not.
 */
export function cloudCallFor(server: Server, nowMs: number): CloudCall | null {
  if (server.status === 'pending-launch') return isDue(server.retryAt, nowMs) ? 'launch' : null
  if (server.cloudServerId === null) return null
  const { instanceState } = server
  switch (server.status) {
    case 'initializing':
    case 'running':
      if (server.restart === 'stop' && instanceState === 'running') return 'force-stop'
      return server.restart === 'start' && instanceState === 'stopped' ? 'start' : null
    case 'pending-suspend':
      return instanceState === 'running' ? 'stop' : null
    case 'resuming':
      return instanceState === 'stopped' ? 'start' : null
    case 'pending-terminate':
      if (instanceState === 'shutting-down' || instanceState === 'terminated') return null
      return isDue(server.terminateAt, nowMs) && isDue(server.retryAt, nowMs) ? 'terminate' : null
    case 'pending':
    case 'suspended':
    case 'terminated':
    case 'missing':
    case 'troubleshooting':
      return null
  }
}
