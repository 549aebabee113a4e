import type { Farm } from '../../../../shared/model/farms.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import type {
  StoragePlace,
  StorageSnapshot,
  StorageVolume,
  VolumeUsage,
} from '../../../../shared/model/storage.ts'
import type { CloudSnapshot, CloudVolume } from '../../../../shared/model/volumes.ts'
import type { ScheduleStore } from './schedule-store.ts'
import type { VolumeStore } from './volume-store.ts'
import { VOLUME_TAGS } from './volume-tags.ts'

interface ViewParts {
  store: VolumeStore
  schedules: ScheduleStore
  servers: { all(): Iterable<Server> }
  farms: { list(): readonly Farm[] }
}

/** The cloud's volumes with what Farmhand knows of them. */
export function storageVolumes(
  { cloudId, location }: StoragePlace,
  volumes: readonly CloudVolume[],
  parts: ViewParts,
): StorageVolume[] {
  const byInstance = new Map<string, Server>()
  for (const server of parts.servers.all()) {
    if (server.cloudId === cloudId && server.cloudServerId !== null && server.status !== 'terminated') {
      byInstance.set(server.cloudServerId, server)
    }
  }
  return volumes.map((volume) => {
    const server = byInstance.get(volume.attachment?.instanceId ?? '')
    const schedule = parts.schedules.ofVolume(cloudId, location, volume.id)
    return {
      ...volume,
      cloudId,
      location,
      usage: usageOf(cloudId, volume, server, parts),
      serverId: server?.id ?? null,
      schedule: schedule
        ? {
            everyHours: schedule.everyHours,
            keep: schedule.keep,
            source: schedule.source,
            lastAt: schedule.lastAt,
            problem: schedule.problem,
          }
        : null,
    }
  })
}

function usageOf(
  cloudId: string,
  volume: CloudVolume,
  server: Server | undefined,
  { store, farms }: ViewParts,
): VolumeUsage | null {
  const record = store.ofVolume(cloudId, volume.id)
  if (record) {
    const { farmId, farmRoleId, index, name, manual, mountPoint, mount } = record
    const farm = farms.list().find(({ id }) => id === farmId)
    const alias = farm?.roles.find(({ id }) => id === farmRoleId)?.alias ?? 'removed role'
    const place = { farmId, farm: farm?.name ?? 'removed farm', farmRoleId, alias, index }
    return { ...place, name, manual, mountPoint, mount }
  }
  if (!server) return null
  const { farmId, farm, farmRoleId, alias, index } = server
  const isRoot = volume.attachment?.deleteOnTermination === true
  return {
    ...{ farmId, farm, farmRoleId, alias, index },
    name: isRoot ? 'root' : '',
    manual: false,
    mountPoint: isRoot ? '/' : null,
    mount: isRoot ? 'mounted' : 'not-mounted',
  }
}

/** The cloud's snapshots; `accountId` tells which are the account's own. */
export function storageSnapshots(
  place: StoragePlace,
  snapshots: readonly CloudSnapshot[],
  ownIds: ReadonlySet<string>,
): StorageSnapshot[] {
  return snapshots.map((snapshot) => ({
    ...snapshot,
    ...place,
    isOwn: ownIds.has(snapshot.id),
    isAutomatic: snapshot.tags[VOLUME_TAGS.schedule] !== undefined,
  }))
}
