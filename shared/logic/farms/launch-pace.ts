import type { FarmRole } from '../../model/farm-roles.ts'
import type { Server } from '../../model/servers.ts'

/** On its way up: what waiting for pending servers waits for. */
const PENDING: ReadonlySet<string> = new Set(['pending-launch', 'pending', 'initializing', 'resuming'])

/**
 * Those of the wanted indexes that a farm role may launch now, by its pace and by what is still on its way up (reference 2.4,
 * 3.3, 5.5). `own` are its servers, terminated ones too.
 */
export function launchableNow(
  { scaling }: Pick<FarmRole, 'scaling'>,
  own: readonly Server[],
  wanted: readonly number[],
  nowMs: number,
): number[] {
  const isPaced = scaling.paceSeconds > 0
  if (!isPaced && !scaling.waitForPending) return [...wanted]
  if (scaling.waitForPending && own.some(({ status }) => PENDING.has(status))) return []
  if (isPaced && own.some((server) => isWithin(server, scaling.paceSeconds * 1000, nowMs))) return []
  return wanted.slice(0, 1)
}

/** A server that the clock of another time made says nothing about now. */
function isWithin({ createdAt, launchReason }: Server, paceMs: number, nowMs: number): boolean {
  const agoMs = nowMs - Date.parse(createdAt)
  return launchReason !== 'imported' && agoMs >= 0 && agoMs < paceMs
}

/** How a farm role is launched, in words; null: all at once. */
export function paceWords({ scaling }: Pick<FarmRole, 'scaling'>): string | null {
  const parts = [
    ...(scaling.waitForPending ? ['the next one once the former runs'] : []),
    ...(scaling.paceSeconds > 0 ? [`one every ${scaling.paceSeconds} s`] : []),
  ]
  return parts.length === 0 ? null : parts.join(', ')
}
