import { AppError, toAppError } from '../../../../shared/model/errors.ts'
import type { SnapshotSchedule } from '../../../../shared/model/farm-role-storage.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import {
  type CreateVolume,
  type DeleteOutcome,
  FarmVolume,
  type StoragePlace,
  type StorageSnapshot,
  type StorageVolume,
  type VolumeRef,
} from '../../../../shared/model/storage.ts'
import type { VolumeChange } from '../../../../shared/model/volumes.ts'
import { TAGS } from '../../../../shared/logic/servers/launch-batches.ts'
import type { CloudProvider } from '../../clouds/index.ts'
import { scheduleId, type ScheduleStore } from './schedule-store.ts'
import { storageSnapshots, storageVolumes } from './storage-view.ts'
import type { VolumeStore } from './volume-store.ts'
import { VOLUME_TAGS } from './volume-tags.ts'

interface StorageOptions {
  store: VolumeStore
  schedules: ScheduleStore
  calls: {
    asked(call: {
      token: string
      cloudId: string
      location: string
      action: string
      payload: unknown
    }): Promise<void>
    answered(token: string, state: 'answered' | 'failed', answer: unknown): Promise<void>
  }
  servers: { all(): Iterable<Server>; get(id: string): Server }
  farms: () => readonly Farm[]
  watch: <T>(cloudId: string, location: string, call: (provider: CloudProvider) => Promise<T>) => Promise<T>
  /** Told when an automatic snapshot may be due. */
  onSchedule: () => void
  newToken: () => string
  workspaceId: string
}

/** Volumes and snapshots as a person looks at them and changes them; what acts on a server is in `Attachments` and `ServerDisks`. */
export class Storage {
  readonly #options: StorageOptions

  constructor(options: StorageOptions) {
    this.#options = options
  }

  async volumes(place: StoragePlace): Promise<StorageVolume[]> {
    const volumes = await this.#watch(place, (provider) => provider.volumes.list(place.location))
    return storageVolumes(place, volumes, this.#view())
  }

  async snapshots({ shared, ...place }: StoragePlace & { shared: boolean }): Promise<StorageSnapshot[]> {
    return this.#watch(place, async (provider) => {
      const own = await provider.snapshots.list(place.location)
      const all = shared ? await provider.snapshots.listShared(place.location) : own
      const ids = new Set(own.map(({ id }) => id))
      return storageSnapshots(place, shared ? [...own, ...all.filter(({ id }) => !ids.has(id))] : own, ids)
    })
  }

  async ofServer({ serverId }: { serverId: string }): Promise<StorageVolume[]> {
    const { cloudId, location, cloudServerId } = this.#options.servers.get(serverId)
    if (cloudServerId === null) return []
    const place = { cloudId, location }
    const volumes = await this.#watch(place, (provider) =>
      provider.volumes.listByInstance(location, cloudServerId),
    )
    return storageVolumes(place, volumes, this.#view()).sort((a, b) =>
      (a.attachment?.device ?? '').localeCompare(b.attachment?.device ?? ''),
    )
  }

  async ofFarm({ farmId }: { farmId: string }): Promise<FarmVolume[]> {
    return this.#options.store
      .all()
      .filter((record) => record.farmId === farmId && record.volumeId !== null)
      .map((record) => FarmVolume.parse(record))
  }

  /** The call is in the ledger before the cloud hears of it; its token is the volume's tag. */
  async createVolume(input: CreateVolume): Promise<{ volumeId: string }> {
    const { newToken, calls, workspaceId } = this.#options
    const { cloudId, location, name, ...settings } = input
    const clientToken = newToken()
    const tags = {
      ...(name === '' ? {} : { Name: name }),
      [TAGS.workspace]: workspaceId,
      [VOLUME_TAGS.volume]: clientToken,
    }
    const request = { clientToken, tags, ...settings }
    await calls.asked({ token: clientToken, cloudId, location, action: 'CreateVolume', payload: request })
    try {
      const { id } = await this.#watch(input, (provider) => provider.volumes.create(location, request))
      await calls.answered(clientToken, 'answered', { volumeId: id })
      return { volumeId: id }
    } catch (thrown) {
      const { retryable, message } = toAppError(thrown)
      if (!retryable) await calls.answered(clientToken, 'failed', { reason: message })
      throw thrown
    }
  }

  async change({ change, ...ref }: VolumeRef & { change: VolumeChange }): Promise<void> {
    const { store } = this.#options
    await this.#watch(ref, (provider) => provider.volumes.modify(ref.location, ref.volumeId, change))
    const record = store.ofVolume(ref.cloudId, ref.volumeId)
    if (!record) return
    await store.change(record.id, {
      sizeGib: change.sizeGib ?? record.sizeGib,
      type: change.type ?? record.type,
      iops: change.iops ?? record.iops,
      throughputMibps: change.throughputMibps ?? record.throughputMibps,
    })
  }

  /** A place in a farm whose volume a person deletes is free: the next server there gets a new one. */
  async deleteVolumes({
    volumeIds,
    ...place
  }: StoragePlace & { volumeIds: string[] }): Promise<DeleteOutcome[]> {
    const { store, schedules } = this.#options
    return this.#each(volumeIds, async (volumeId) => {
      await this.#watch(place, (provider) => provider.volumes.delete(place.location, volumeId))
      const record = store.ofVolume(place.cloudId, volumeId)
      if (record) await store.remove(record.id)
      const schedule = schedules.find(place.cloudId, place.location, volumeId)
      if (schedule) await schedules.remove(schedule.id)
    })
  }

  async snapshot({
    description,
    ...ref
  }: VolumeRef & { description: string }): Promise<{ snapshotId: string }> {
    const { newToken, calls, workspaceId } = this.#options
    const { cloudId, location, volumeId } = ref
    const token = newToken()
    const tags = { [TAGS.workspace]: workspaceId, [VOLUME_TAGS.snapshot]: token }
    const request = { volumeId, description, tags }
    await calls.asked({ token, cloudId, location, action: 'CreateSnapshot', payload: request })
    const { id } = await this.#watch(ref, (provider) => provider.snapshots.create(location, request))
    await calls.answered(token, 'answered', { snapshotId: id })
    return { snapshotId: id }
  }

  deleteSnapshots({
    snapshotIds,
    ...place
  }: StoragePlace & { snapshotIds: string[] }): Promise<DeleteOutcome[]> {
    return this.#each(snapshotIds, (id) =>
      this.#watch(place, (provider) => provider.snapshots.delete(place.location, id)),
    )
  }

  /** Throws `input.conflict` where the farm role's design says it. */
  async setSchedule({ schedule, ...ref }: VolumeRef & { schedule: SnapshotSchedule | null }): Promise<void> {
    const { schedules } = this.#options
    const { cloudId, location, volumeId } = ref
    const known = schedules.find(cloudId, location, volumeId)
    if (schedule === null) {
      if (known?.source === 'farm-role') {
        throw new AppError('input.conflict', {
          message:
            'The farm role says when this volume’s snapshots are made. Change it in the farm’s design.',
        })
      }
      if (known) await schedules.remove(known.id)
      return
    }
    const state = known ?? { lastAt: null, lastSnapshotId: null, asking: null, problem: null }
    const id = scheduleId(cloudId, location, volumeId)
    await schedules.put({ ...state, ...schedule, id, cloudId, location, volumeId, source: 'volume' })
    this.#options.onSchedule()
  }

  async #each(ids: readonly string[], remove: (id: string) => Promise<void>): Promise<DeleteOutcome[]> {
    const outcomes: DeleteOutcome[] = []
    for (const id of new Set(ids)) {
      try {
        await remove(id)
        outcomes.push({ id, ok: true, message: 'Deleted.' })
      } catch (thrown) {
        const error = toAppError(thrown)
        outcomes.push({ id, ok: false, message: error.details.cloudMessage ?? error.message })
      }
    }
    return outcomes
  }

  #view() {
    const { store, schedules, servers, farms } = this.#options
    return { store, schedules, farms, servers: () => servers.all() }
  }

  #watch<T>(place: StoragePlace, call: (provider: CloudProvider) => Promise<T>): Promise<T> {
    return this.#options.watch(place.cloudId, place.location, call)
  }
}
