import {
  FarmVolume,
  type StoragePlace,
  type StorageSnapshot,
  type StorageVolume,
} from '../../../../shared/model/storage.ts'
import type { CloudCalls, CloudProvider } from '../../clouds/index.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { ScheduleStore } from './schedule-store.ts'
import { storageSnapshots, storageVolumes } from './storage-view.ts'
import type { VolumeStore } from './volume-store.ts'

interface StorageLooksOptions {
  store: VolumeStore
  schedules: ScheduleStore
  servers: ServerStore
  farms: FarmStore
  clouds: CloudCalls
}

/** Volumes and snapshots as they are looked at; nothing is changed. */
export class StorageLooks {
  readonly #options: StorageLooksOptions

  constructor(options: StorageLooksOptions) {
    this.#options = options
  }

  async volumes(place: StoragePlace): Promise<StorageVolume[]> {
    const volumes = await this.#watch(place, (provider) => provider.volumes.list(place.location))
    return storageVolumes(place, volumes, this.#options)
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
    return storageVolumes(place, volumes, this.#options).sort((a, b) =>
      (a.attachment?.device ?? '').localeCompare(b.attachment?.device ?? ''),
    )
  }

  async ofFarm({ farmId }: { farmId: string }): Promise<FarmVolume[]> {
    return this.#options.store
      .list()
      .filter((record) => record.farmId === farmId && record.volumeId !== null)
      .map((record) => FarmVolume.parse(record))
  }

  #watch<T>(place: StoragePlace, call: (provider: CloudProvider) => Promise<T>): Promise<T> {
    return this.#options.clouds.watch(place.cloudId, place.location, call)
  }
}
