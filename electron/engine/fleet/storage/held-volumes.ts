import type { NewEvent } from '../../../../shared/model/events.ts'
import type { HeldResource } from '../../../../shared/model/farm-resources.ts'
import type { VolumeRecord } from '../../../../shared/model/volume-records.ts'
import type { CloudProvider } from '../../clouds/index.ts'
import type { ScheduleStore } from './schedule-store.ts'
import type { VolumeMaker } from './volume-maker.ts'
import type { VolumeStore } from './volume-store.ts'

/** The volumes that farms hold, for the end of a farm: kept or deleted as was asked, those of a person always kept. */
export function heldVolumes(parts: { store: VolumeStore; maker: VolumeMaker; schedules: ScheduleStore }) {
  const { store, maker, schedules } = parts
  const ofFarm = (farmId: string): VolumeRecord[] => store.list().filter((record) => record.farmId === farmId)
  return {
    kind: 'volume' as const,
    ofFarm: async (farmId: string): Promise<HeldResource[]> =>
      // A record without volume may be a call whose answer was lost: it is looked for before it is let go.
      ofFarm(farmId).map((record) => ({
        kind: 'volume',
        id: record.volumeId ?? record.id,
        farmId: record.farmId,
        farmRoleId: record.farmRoleId,
        index: record.index,
        slot: record.name,
        cloudId: record.cloudId,
        location: record.location,
        manual: record.manual,
        detail: `${record.sizeGib} GiB ${record.type}`,
      })),
    release: async (held: HeldResource, provider: CloudProvider, released: NewEvent): Promise<void> => {
      const record = ofFarm(held.farmId).find((one) => (one.volumeId ?? one.id) === held.id)
      if (!record) return
      await maker.delete(record, provider)
      await store.remove(record.id, [released])
      const schedule =
        record.volumeId === null
          ? undefined
          : schedules.ofVolume(record.cloudId, record.location, record.volumeId)
      if (schedule) await schedules.remove(schedule.id)
    },
    forget: async (farmId: string): Promise<void> => {
      for (const { id } of ofFarm(farmId)) await store.remove(id)
    },
  }
}
