import { settled } from './life.ts'
import type { SnapshotRecord, VolumeRecord } from './state/records.ts'
import type { SandboxStore } from './state/store.ts'

/**
 * The volume as it is at `now`: detached when that is done or its instance is gone. Undefined when it went with its
 * instance.
 */
export function settledVolume(
  store: SandboxStore,
  record: VolumeRecord,
  now: number,
): VolumeRecord | undefined {
  const { attachment } = record
  if (attachment === null) return record
  const instance = store.instances.get(attachment.instanceId)
  const isOver = instance === undefined || settled(instance, now).state === 'terminated'
  if (isOver && attachment.deleteOnTermination) return undefined
  const isDetached = attachment.detachedAt !== null && now >= attachment.detachedAt
  return isOver || isDetached ? { ...record, attachment: null } : record
}

export function volumeState(record: VolumeRecord, now: number): 'creating' | 'available' | 'in-use' {
  if (record.attachment !== null) return 'in-use'
  return now < record.readyAt ? 'creating' : 'available'
}

export function attachmentState(
  attachment: NonNullable<VolumeRecord['attachment']>,
  now: number,
): 'attaching' | 'attached' | 'detaching' {
  if (attachment.detachedAt !== null) return 'detaching'
  return attachment.doneAt !== null && now >= attachment.doneAt ? 'attached' : 'attaching'
}

export function snapshotState(record: SnapshotRecord, now: number): 'pending' | 'completed' {
  return now < record.completesAt ? 'pending' : 'completed'
}

/** How much of a snapshot is done, in percent. */
export function snapshotProgress(record: SnapshotRecord, now: number): number {
  const wholeMs = record.completesAt - record.startedAt
  if (now >= record.completesAt || wholeMs <= 0) return 100
  return Math.max(0, Math.floor(((now - record.startedAt) / wholeMs) * 100))
}
