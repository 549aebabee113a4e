import type { Farm } from '../../../../shared/model/farms.ts'
import type { VolumeRecord } from '../../../../shared/model/volume-records.ts'
import { scheduleId, type ScheduleStore } from './schedule-store.ts'
import type { VolumeStore } from './volume-store.ts'

interface DesignedSchedulesOptions {
  schedules: ScheduleStore
  volumes: VolumeStore
  farms: { list(): readonly Farm[] }
}

/** Holds the schedules of farm roles' volumes to what the designs say; what a person set on a volume goes first. */
export class DesignedSchedules {
  readonly #options: DesignedSchedulesOptions

  constructor(options: DesignedSchedulesOptions) {
    this.#options = options
  }

  async follow(): Promise<void> {
    const { schedules, volumes, farms } = this.#options
    const designs = new Map(
      farms.list().flatMap((farm) => farm.roles.map((role) => [role.id as string, role])),
    )
    const wanted = new Map<string, VolumeRecord>()
    for (const record of volumes.list()) {
      if (record.volumeId === null || record.intent !== null) continue
      const design = designs
        .get(record.farmRoleId)
        ?.storage.volumes.find(({ name }) => name === record.name && !record.manual)
      const plan = design?.snapshots
      if (!plan) continue
      const id = scheduleId(record.cloudId, record.location, record.volumeId)
      wanted.set(id, record)
      const known = schedules.ofVolume(record.cloudId, record.location, record.volumeId)
      if (known?.source === 'volume') continue
      if (known?.everyHours === plan.everyHours && known.keep === plan.keep) continue
      const { cloudId, location, volumeId } = record
      const state = known ?? { lastAt: null, lastSnapshotId: null, asking: null, problem: null }
      await schedules.put({ ...state, ...plan, id, cloudId, location, volumeId, source: 'farm-role' })
    }
    for (const { id, source } of schedules.list()) {
      if (source === 'farm-role' && !wanted.has(id)) await schedules.remove(id)
    }
  }
}
