import type { StorageSnapshot, StorageVolume } from '../../../shared/model/storage.ts'

/** What can be asked about volumes. */
export type VolumeQuestion = 'attach' | 'change' | 'schedule' | 'detach' | 'delete'

/** Farm → role #index, as on every screen. */
export function usageWords({ usage }: StorageVolume): string | null {
  if (!usage) return null
  const place = `${usage.farm} → ${usage.alias} #${String(usage.index)}`
  return usage.name === '' || usage.manual ? place : `${place}, ${usage.name}`
}

/** The cloud's state, the attachment's, and the device's name without its folder. */
export function volumeStateWords({ state, attachment }: StorageVolume): string {
  if (!attachment) return state
  return `${state} / ${attachment.state} / ${attachment.device.replace(/^\/dev\//, '')}`
}

const MOUNT_WORDS = {
  'not-mounted': 'not mounted',
  'awaiting-attachment': 'awaiting attachment',
  mounting: 'mounting',
  mounted: 'mounted',
} as const

/** Where it is mounted, or how far that is. */
export function mountWords({ usage }: StorageVolume): string | null {
  if (!usage) return null
  return (usage.mount === 'mounted' ? usage.mountPoint : null) ?? MOUNT_WORDS[usage.mount]
}

/** `24 h, keep 3`. */
export function scheduleWords({ schedule }: StorageVolume): string | null {
  if (!schedule) return null
  const keep = schedule.keep === 0 ? 'keep all' : `keep ${String(schedule.keep)}`
  return `${String(schedule.everyHours)} h, ${keep}`
}

/** Whether the cloud is still at work on it. */
export function isMovingVolume({ state, attachment, usage }: StorageVolume): boolean {
  const isAttaching = attachment !== null && attachment.state !== 'attached'
  const isMounting = usage?.mount === 'mounting' || usage?.mount === 'awaiting-attachment'
  return state === 'creating' || state === 'deleting' || isAttaching || isMounting
}

export function isMovingSnapshot({ state }: StorageSnapshot): boolean {
  return state === 'pending' || state === 'recovering'
}
