import type { NewEvent } from '../../../../shared/model/events.ts'
import type { VolumeRecord } from '../../../../shared/model/volume-records.ts'
import { LiveRecords, type LiveRecordsOptions } from '../../records/live-records/index.ts'
import { Turns } from './turns.ts'

/** The volumes of all farm roles, in memory, written through to the ledger. A returned promise means: on disk. */
export class VolumeStore extends LiveRecords<VolumeRecord> {
  readonly #turns = new Turns()

  /** An id for a new record. */
  readonly newId: () => string

  constructor(options: Pick<LiveRecordsOptions<VolumeRecord>, 'repository'> & { newId: () => string }) {
    super({ noun: 'record of volume', repository: options.repository, first: 'memory' })
    this.newId = options.newId
  }

  /** The record of a cloud's volume. */
  ofVolume(cloudId: string, volumeId: string): VolumeRecord | undefined {
    return this.list().find((record) => record.cloudId === cloudId && record.volumeId === volumeId)
  }

  /** All disks of all volumes at one index of a farm role, in order. */
  ofPlace(farmRoleId: string, index: number): VolumeRecord[] {
    return this.list()
      .filter((record) => record.farmRoleId === farmRoleId && record.index === index)
      .sort((a, b) => a.name.localeCompare(b.name) || a.disk - b.disk)
  }

  /** All disks of the volume or array that a record belongs to, in order. */
  disksOf({ farmRoleId, index, name }: VolumeRecord): VolumeRecord[] {
    return this.ofPlace(farmRoleId, index).filter((record) => record.name === name)
  }

  /** Changes a record; resolves when it is on disk. Throws `input.not_found`. */
  change(
    id: string,
    change: Partial<Omit<VolumeRecord, 'id'>>,
    events: readonly NewEvent[] = [],
  ): Promise<VolumeRecord> {
    return this.put({ ...this.get(id), ...change }, events)
  }

  /**
   * Runs work that acts on a record's volume in the cloud, alone: undefined, and nothing done, while other work has it.
   */
  async alone<T>(id: string, work: () => Promise<T>): Promise<{ answer: T } | undefined> {
    if (this.#turns.isTaken(id)) return undefined
    return { answer: await this.inTurn(id, new AbortController().signal, work) }
  }

  /** Runs work that acts on a record's volume in the cloud once other work on it has ended. */
  inTurn<T>(id: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#turns.alone(id, signal, work)
  }
}
