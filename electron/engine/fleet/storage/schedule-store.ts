import type { NewEvent } from '../../../../shared/model/events.ts'
import type { ScheduleRecord } from '../../../../shared/model/volume-records.ts'

/** Where snapshot schedules are kept. */
export interface ScheduleRepository {
  list(): Promise<ScheduleRecord[]>
  put(record: ScheduleRecord, events?: readonly NewEvent[]): Promise<void>
  remove(id: string): Promise<void>
}

/** The snapshot schedules of volumes, in memory, written through to the ledger. */
export class ScheduleStore {
  readonly #repository: ScheduleRepository
  readonly #records = new Map<string, ScheduleRecord>()

  constructor(repository: ScheduleRepository) {
    this.#repository = repository
  }

  async start(): Promise<void> {
    for (const record of await this.#repository.list()) this.#records.set(record.id, record)
  }

  all(): ScheduleRecord[] {
    return [...this.#records.values()]
  }

  find(cloudId: string, location: string, volumeId: string): ScheduleRecord | undefined {
    return this.#records.get(scheduleId(cloudId, location, volumeId))
  }

  async put(record: ScheduleRecord, events: readonly NewEvent[] = []): Promise<ScheduleRecord> {
    this.#records.set(record.id, record)
    await this.#repository.put(record, events)
    return record
  }

  /** Changes a schedule as it is now; undefined when it is gone, and nothing is written. */
  async change(
    id: string,
    change: Partial<ScheduleRecord>,
    events: readonly NewEvent[] = [],
  ): Promise<ScheduleRecord | undefined> {
    const record = this.#records.get(id)
    return record && this.put({ ...record, ...change }, events)
  }

  async remove(id: string): Promise<void> {
    this.#records.delete(id)
    await this.#repository.remove(id)
  }
}

export function scheduleId(cloudId: string, location: string, volumeId: string): string {
  return `${cloudId}/${location}/${volumeId}`
}
