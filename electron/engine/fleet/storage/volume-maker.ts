import type { NewEvent } from '../../../../shared/model/events.ts'
import { AppError, toAppError } from '../../../../shared/model/errors.ts'
import type { VolumeRecord } from '../../../../shared/model/volume-records.ts'
import type { CloudVolume } from '../../../../shared/model/volumes.ts'
import type { CloudProvider } from '../../clouds/index.ts'
import type { Clock } from '../../ports.ts'
import type { Events } from '../../records/events/index.ts'
import type { VolumeStore } from './volume-store.ts'
import { VOLUME_TAGS } from './volume-tags.ts'

interface VolumeMakerOptions {
  store: VolumeStore
  clock: Clock
  newToken: () => string
  events: Events
}

/** What is wanted of a record's volume. */
export interface VolumeWish {
  zone: string
  snapshotId: string | null
  recreateMissing: boolean
  tags: Readonly<Record<string, string>>
}

const POLL_MS = 1_000
/** A volume that a list lacks is asked for again after this, before it counts as gone. */
const ASK_AGAIN_MS = 3_000
/** A volume this young may not be listed yet. */
const YOUNG_MS = 120_000

/** The cloud considered the call and said no: nothing was made, and the next try is a new call. */
const REFUSED: ReadonlySet<string> = new Set([
  'cloud.refused',
  'cloud.quota',
  'cloud.capacity',
  'cloud.not_found',
  'cloud.wrong_location',
])

/**
 * Makes the volumes of records, moves them between zones and deletes them. Each step is in the ledger before the cloud
 * hears of it; made again after a crash, it finds by token or tag what it made.
 */
export class VolumeMaker {
  readonly #options: VolumeMakerOptions

  constructor(options: VolumeMakerOptions) {
    this.#options = options
  }

  /**
   * The record's volume, in the zone and usable. Throws `volume.missing` when it is gone and is not to be made again, and
   * what the cloud says.
   */
  async ensure(
    id: string,
    wish: VolumeWish,
    provider: CloudProvider,
    signal: AbortSignal,
  ): Promise<CloudVolume> {
    const { store, clock, newToken } = this.#options
    for (;;) {
      signal.throwIfAborted()
      const record = store.get(id)
      if (record.intent?.kind === 'delete') {
        await this.delete(record, provider)
        await store.change(id, { intent: null, volumeId: null, unseenSince: null })
      } else if (record.intent?.kind === 'create') {
        await this.#create(record, wish, provider)
      } else if (record.intent?.kind === 'move') {
        await this.#move(record, record.intent, provider, signal)
      } else if (record.volumeId === null) {
        const { zone, snapshotId } = wish
        await store.change(id, { intent: { kind: 'create', token: newToken(), zone, snapshotId } })
      } else {
        const volume = await this.#seen(record, record.volumeId, provider, signal)
        if (volume && record.unseenSince !== null) await store.change(id, { unseenSince: null })
        if (!volume) await this.#missing(record, wish.recreateMissing)
        else if (volume.state === 'creating') await clock.sleep(POLL_MS, signal)
        else if (volume.zone === wish.zone) {
          await this.cleanUp(record, provider)
          return volume
        } else await this.#startMove(record, volume, wish.zone, signal)
      }
    }
  }

  /** Takes the record's volume out of the cloud; one that is gone is fine. Throws `volume.in_use` while it is attached. */
  async delete(record: VolumeRecord, provider: CloudProvider): Promise<void> {
    const { location, intent } = record
    const asked = intent?.kind === 'create' ? await this.#made(record, intent.token, provider) : undefined
    const volumeId = record.volumeId ?? asked?.id ?? null
    const [volume] = volumeId === null ? [] : await provider.volumes.listById(location, [volumeId])
    if (volume?.attachment) {
      throw new AppError('volume.in_use', {
        message: `Volume ${volume.id} is still attached to ${volume.attachment.instanceId} and is deleted once it is free.`,
        retryable: true,
      })
    }
    if (volume && volume.state !== 'deleting') {
      await provider.volumes.delete(location, volume.id)
      const message = `Volume ${volume.id} (${record.name}) was deleted`
      await this.#options.events.append(this.#told('VolumeDeleted', record, message, volume.id))
    }
    await this.cleanUp(record, provider)
  }

  /** Deletes what the volume was moved from, now that it is there. */
  async cleanUp(record: VolumeRecord, provider: CloudProvider): Promise<void> {
    for (const { kind, id } of record.leftovers) {
      if (kind === 'volume') await provider.volumes.delete(record.location, id)
      else await provider.snapshots.delete(record.location, id)
    }
    if (record.leftovers.length > 0) await this.#options.store.change(record.id, { leftovers: [] })
  }

  #told(
    kind: 'VolumeCreated' | 'VolumeDeleted',
    { farmId, farmRoleId, name, index, location }: VolumeRecord,
    message: string,
    volumeId: string,
  ): NewEvent {
    const data = { volumeId, volume: name, index, location }
    return this.#options.events.told(kind, message, { farmId, farmRoleId, data })
  }

  async #create(record: VolumeRecord, wish: VolumeWish, provider: CloudProvider): Promise<void> {
    const { store, clock } = this.#options
    if (record.intent?.kind !== 'create') return
    const { token, zone, snapshotId } = record.intent
    const { location, sizeGib, type, iops, throughputMibps, encrypted, kmsKeyId } = record
    try {
      const volume =
        (await this.#made(record, token, provider)) ??
        (await provider.volumes.create(location, {
          clientToken: token,
          zone,
          sizeGib,
          type,
          iops,
          throughputMibps,
          encrypted,
          kmsKeyId,
          snapshotId,
          tags: { ...wish.tags, [VOLUME_TAGS.volume]: token },
        }))
      const unseenSince = new Date(clock.now()).toISOString()
      const message = `Volume ${volume.id} (${record.name}, ${sizeGib} GiB) was made in ${zone}`
      const created = this.#told('VolumeCreated', record, message, volume.id)
      await store.change(record.id, { volumeId: volume.id, unseenSince, intent: null }, [created])
    } catch (thrown) {
      // A volume that is moved keeps its snapshot: only the call gets a new token.
      if (REFUSED.has(toAppError(thrown).code)) {
        const again = { kind: 'create', token: this.#options.newToken(), zone, snapshotId } as const
        await store.change(record.id, { intent: record.leftovers.length > 0 ? again : null })
      }
      throw thrown
    }
  }

  async #made(
    record: VolumeRecord,
    token: string,
    provider: CloudProvider,
  ): Promise<CloudVolume | undefined> {
    const found = await provider.volumes.listByTag(record.location, { key: VOLUME_TAGS.volume, value: token })
    return found.find(({ state }) => state !== 'deleting' && state !== 'deleted')
  }

  async #seen(
    record: VolumeRecord,
    volumeId: string,
    provider: CloudProvider,
    signal: AbortSignal,
  ): Promise<CloudVolume | undefined> {
    for (const pauseMs of [0, ASK_AGAIN_MS]) {
      if (pauseMs > 0) await this.#options.clock.sleep(pauseMs, signal)
      const [volume] = await provider.volumes.listById(record.location, [volumeId])
      if (volume && volume.state !== 'deleting' && volume.state !== 'deleted') return volume
    }
    return undefined
  }

  async #missing(record: VolumeRecord, recreate: boolean): Promise<void> {
    const { store, clock } = this.#options
    const what = `Volume ${record.volumeId ?? ''} (${record.name} of index ${record.index})`
    if (record.unseenSince !== null && Math.abs(clock.now() - Date.parse(record.unseenSince)) < YOUNG_MS) {
      throw new AppError('volume.missing', {
        message: `${what} was made just now and is not listed by the cloud yet.`,
        retryable: true,
      })
    }
    if (!recreate || record.manual) {
      throw new AppError('volume.missing', {
        message: `${what} is no longer in the cloud. Its data is lost unless there is a snapshot. Allow the farm role to make missing volumes again, or restore it, and launch the server again.`,
      })
    }
    await store.change(record.id, { volumeId: null, unseenSince: null })
  }

  async #startMove(
    record: VolumeRecord,
    volume: CloudVolume,
    zone: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { store, clock, newToken } = this.#options
    if (volume.attachment) {
      await clock.sleep(POLL_MS, signal)
      throw new AppError('volume.in_use', {
        message: `Volume ${volume.id} (${record.name}) is in ${volume.zone} and still attached to ${volume.attachment.instanceId}; it is moved to ${zone} once it is free.`,
        retryable: true,
      })
    }
    await store.change(record.id, { intent: { kind: 'move', token: newToken(), zone, snapshotId: null } })
  }

  async #move(
    record: VolumeRecord,
    intent: Extract<NonNullable<VolumeRecord['intent']>, { kind: 'move' }>,
    provider: CloudProvider,
    signal: AbortSignal,
  ): Promise<void> {
    const { store, clock, newToken } = this.#options
    const { location, volumeId } = record
    if (intent.snapshotId === null) {
      const tag = { key: VOLUME_TAGS.snapshot, value: intent.token }
      const [known] = await provider.snapshots.listByTag(location, tag)
      const snapshot =
        known ??
        (await provider.snapshots.create(location, {
          volumeId: volumeId ?? '',
          description: `${record.name} on its way to ${intent.zone}`,
          tags: { [tag.key]: tag.value },
        }))
      await store.change(record.id, { intent: { ...intent, snapshotId: snapshot.id } })
      return
    }
    const [snapshot] = await provider.snapshots.listById(location, [intent.snapshotId])
    if (snapshot?.state === 'pending') {
      await clock.sleep(POLL_MS, signal)
      return
    }
    if (snapshot?.state !== 'completed') {
      await store.change(record.id, { intent: null })
      throw new AppError('cloud.refused', {
        message: `The snapshot that moves ${volumeId ?? 'the volume'} to ${intent.zone} failed: ${snapshot?.stateReason ?? 'it is gone'}.`,
        retryable: true,
      })
    }
    await store.change(record.id, {
      volumeId: null,
      unseenSince: null,
      leftovers: [
        ...(volumeId === null ? [] : [{ kind: 'volume' as const, id: volumeId }]),
        { kind: 'snapshot' as const, id: snapshot.id },
      ],
      intent: { kind: 'create', token: newToken(), zone: intent.zone, snapshotId: snapshot.id },
    })
  }
}
