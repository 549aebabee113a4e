import type { SnapshotSchedule } from '../../model/farm-role-storage.ts'

const HOUR_MS = 3_600_000

/**
 * Whether a snapshot is due: when there was none yet, or the period has passed since the last one. However long it is
 * overdue, one is due and not one for each period. When the clock went back behind the last one, the period counts from now.
 */
export function snapshotDue(
  schedule: Pick<SnapshotSchedule, 'everyHours'>,
  lastAt: string | null,
  nowMs: number,
): { due: boolean; lastAt: string | null } {
  if (lastAt === null) return { due: true, lastAt }
  const lastMs = Date.parse(lastAt)
  if (lastMs > nowMs) return { due: false, lastAt: new Date(nowMs).toISOString() }
  return { due: nowMs - lastMs >= schedule.everyHours * HOUR_MS, lastAt }
}

/** The snapshots beyond the newest `keep`, oldest first; with 0, none. Those that failed are no use and do not count. */
export function snapshotsBeyond<Snapshot extends { startedAt: string | null; state: string }>(
  snapshots: readonly Snapshot[],
  keep: number,
): Snapshot[] {
  if (keep === 0) return []
  const failed = snapshots.filter(({ state }) => state === 'error')
  const good = snapshots
    .filter(({ state }) => state !== 'error')
    .sort((a, b) => (b.startedAt ?? '').localeCompare(a.startedAt ?? ''))
  return [...failed, ...good.slice(keep).reverse()]
}
