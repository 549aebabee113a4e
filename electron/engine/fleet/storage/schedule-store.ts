import type { NewEvent } from '../../../../shared/model/events.ts'
import type { ScheduleRecord } from '../../../../shared/model/volume-records.ts'
import { LiveRecords, type LiveRecordsOptions } from '../../records/live-records/index.ts'

/** The snapshot schedules of volumes, in memory, written through to the ledger. */
export class ScheduleStore extends LiveRecords<ScheduleRecord> {
  constructor(repository: LiveRecordsOptions<ScheduleRecord>['repository']) {
    super({ noun: 'snapshot schedule', repository, first: 'memory' })
  }

  ofVolume(cloudId: string, location: string, volumeId: string): ScheduleRecord | undefined {
    return this.find(scheduleId(cloudId, location, volumeId))
  }

  /** Changes a schedule as it is now; undefined when it is gone, and nothing is written. */
  async change(
    id: string,
    change: Partial<ScheduleRecord>,
    events: readonly NewEvent[] = [],
  ): Promise<ScheduleRecord | undefined> {
    const record = this.find(id)
    return record && this.put({ ...record, ...change }, events)
  }
}

export function scheduleId(cloudId: string, location: string, volumeId: string): string {
  return `${cloudId}/${location}/${volumeId}`
}
