import { AppError } from '../../../../shared/model/errors.ts'
import type { NewEvent } from '../../../../shared/model/events.ts'
import type { VolumeRecord } from '../../../../shared/model/volume-records.ts'
import { Turns } from './turns.ts'

/** Where volume records are kept. */
export interface VolumeRepository {
  list(): Promise<VolumeRecord[]>
  put(record: VolumeRecord, events?: readonly NewEvent[]): Promise<void>
  remove(id: string, events?: readonly NewEvent[]): Promise<void>
}

/** The volumes of all farm roles, in memory, written through to the ledger. A returned promise means: on disk. */
export class VolumeStore {
  readonly #repository: VolumeRepository
  readonly #records = new Map<string, VolumeRecord>()
  readonly #turns = new Turns()

  /** An id for a new record. */
  readonly newId: () => string

  constructor(options: { repository: VolumeRepository; newId: () => string }) {
    this.#repository = options.repository
    this.newId = options.newId
  }

  async start(): Promise<void> {
    for (const record of await this.#repository.list()) this.#records.set(record.id, record)
  }

  all(): VolumeRecord[] {
    return [...this.#records.values()]
  }

  find(id: string): VolumeRecord | undefined {
    return this.#records.get(id)
  }

  /** Throws `input.not_found`. */
  get(id: string): VolumeRecord {
    const record = this.#records.get(id)
    if (record) return record
    throw new AppError('input.not_found', { message: `There is no record of volume ${id}.` })
  }

  /** The record of a cloud's volume. */
  ofVolume(cloudId: string, volumeId: string): VolumeRecord | undefined {
    return this.all().find((record) => record.cloudId === cloudId && record.volumeId === volumeId)
  }

  /** All disks of all volumes at one index of a farm role, in order. */
  ofPlace(farmRoleId: string, index: number): VolumeRecord[] {
    return this.all()
      .filter((record) => record.farmRoleId === farmRoleId && record.index === index)
      .sort((a, b) => a.name.localeCompare(b.name) || a.disk - b.disk)
  }

  /** All disks of the volume or array that a record belongs to, in order. */
  disksOf({ farmRoleId, index, name }: VolumeRecord): VolumeRecord[] {
    return this.ofPlace(farmRoleId, index).filter((record) => record.name === name)
  }

  /** Keeps a record, in one transaction with the events that tell of it. */
  async put(record: VolumeRecord, events: readonly NewEvent[] = []): Promise<VolumeRecord> {
    this.#records.set(record.id, record)
    await this.#repository.put(record, events)
    return record
  }

  /** Changes a record; resolves when it is on disk. Throws `input.not_found`. */
  change(
    id: string,
    change: Partial<Omit<VolumeRecord, 'id'>>,
    events: readonly NewEvent[] = [],
  ): Promise<VolumeRecord> {
    return this.put({ ...this.get(id), ...change }, events)
  }

  async remove(id: string, events: readonly NewEvent[] = []): Promise<void> {
    this.#records.delete(id)
    await this.#repository.remove(id, events)
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
