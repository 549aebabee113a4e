import { AppError, toAppError } from '../../../../shared/model/errors.ts'
import type { SnapshotSchedule } from '../../../../shared/model/farm-role-storage.ts'
import type {
  CreateVolume,
  DeleteOutcome,
  StoragePlace,
  VolumeRef,
} from '../../../../shared/model/storage.ts'
import type { VolumeChange } from '../../../../shared/model/volumes.ts'
import { TAGS } from '../../../../shared/model/tags.ts'
import type { CloudCalls, CloudProvider } from '../../clouds/index.ts'
import type { Ids } from '../../records/ids/index.ts'
import { scheduleId, type ScheduleStore } from './schedule-store.ts'
import type { StorageLoop } from './storage-loop.ts'
import type { VolumeStore } from './volume-store.ts'
import { VOLUME_TAGS } from './volume-tags.ts'

interface StorageChangesOptions {
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
  clouds: CloudCalls
  loop: Pick<StorageLoop, 'lookAtSchedules'>
  ids: Ids
}

/** Changes volumes and snapshots as a person asks for it; what acts on a server is in `Attachments` and `ServerDisks`. */
export class StorageChanges {
  readonly #options: StorageChangesOptions

  constructor(options: StorageChangesOptions) {
    this.#options = options
  }

  /** The call is in the ledger before the cloud hears of it; its token is the volume's tag. */
  async createVolume(input: CreateVolume): Promise<{ volumeId: string }> {
    const { calls, ids } = this.#options
    const { cloudId, location, name, ...settings } = input
    const clientToken = ids.newToken()
    const tags = {
      ...(name === '' ? {} : { Name: name }),
      [TAGS.workspace]: ids.workspaceId,
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
      const schedule = schedules.ofVolume(place.cloudId, place.location, volumeId)
      if (schedule) await schedules.remove(schedule.id)
    })
  }

  async snapshot({
    description,
    ...ref
  }: VolumeRef & { description: string }): Promise<{ snapshotId: string }> {
    const { calls, ids } = this.#options
    const { cloudId, location, volumeId } = ref
    const token = ids.newToken()
    const tags = { [TAGS.workspace]: ids.workspaceId, [VOLUME_TAGS.snapshot]: token }
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
    const known = schedules.ofVolume(cloudId, location, volumeId)
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
    this.#options.loop.lookAtSchedules()
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

  #watch<T>(place: StoragePlace, call: (provider: CloudProvider) => Promise<T>): Promise<T> {
    return this.#options.clouds.watch(place.cloudId, place.location, call)
  }
}
