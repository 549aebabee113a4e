import type { EngineShape } from '../../electron/api/index.ts'
import { AppError } from '../../shared/model/errors.ts'
import type { Cloud } from '../../shared/model/clouds.ts'
import type { Server } from '../../shared/model/servers.ts'
import { FarmVolume, type StorageSnapshot, type StorageVolume } from '../../shared/model/storage.ts'

/** Believable volumes and snapshots for screens: a data volume for every other running server, and some that are free. */
export function fakeStorage(world: {
  clouds: () => readonly Cloud[]
  servers: () => readonly Server[]
  nowMs: number
  asJob: EngineShape['storage']['attach']
}): Pick<
  EngineShape['storage'],
  'volumes' | 'snapshots' | 'ofServer' | 'ofFarm' | 'attach' | 'detach' | 'createVolume' | 'setSchedule'
> {
  const hoursAgo = (hours: number): string => new Date(world.nowMs - hours * 3_600_000).toISOString()
  const check = (cloudId: string, location: string): void => {
    const cloud = world.clouds().find(({ id }) => id === cloudId)
    const error = cloud?.health.find((health) => health.location === location)?.error
    if (error) throw AppError.from(error)
  }
  const volumesAt = (cloudId: string, location: string): StorageVolume[] => {
    const servers = world
      .servers()
      .filter(
        (server) => server.cloudId === cloudId && server.location === location && server.status === 'running',
      )
      .slice(0, 40)
    return servers.flatMap((server, at) => [
      volume(server, at, 'root'),
      ...(at % 2 === 0 ? [volume(server, at, 'data')] : []),
      ...(at === 1 ? [free(volume(server, at, 'data'))] : []),
    ])
  }
  const volume = (server: Server, at: number, name: 'root' | 'data'): StorageVolume => {
    const { farmId, farm, farmRoleId, alias, index } = server
    const hex = `${name === 'root' ? '0' : '1'}${at.toString(16).padStart(16, '0')}`
    return {
      id: `vol-${hex}`,
      state: 'in-use',
      zone: server.zone ?? `${server.location}a`,
      sizeGib: name === 'root' ? 8 : 100,
      type: 'gp3',
      iops: 3000,
      throughputMibps: 125,
      encrypted: false,
      kmsKeyId: null,
      snapshotId: null,
      createdAt: hoursAgo(200),
      attachment: {
        instanceId: server.cloudServerId ?? '',
        device: name === 'root' ? '/dev/sda1' : '/dev/sdf',
        state: 'attached',
        deleteOnTermination: name === 'root',
      },
      tags: {},
      cloudId: server.cloudId,
      location: server.location,
      serverId: server.id,
      usage: {
        ...{ farmId, farm, farmRoleId, alias, index, name, manual: false, mount: 'mounted' },
        mountPoint: name === 'root' ? '/' : '/mnt/data',
      },
      schedule:
        name === 'data'
          ? { everyHours: 24, keep: 3, source: 'farm-role', lastAt: hoursAgo(5), problem: null }
          : null,
    }
  }
  const free = (one: StorageVolume): StorageVolume => ({
    ...one,
    ...{ id: `vol-2${one.id.slice(5)}`, state: 'available', attachment: null, usage: null, serverId: null },
    schedule: null,
  })
  return {
    volumes: async ({ cloudId, location }) => {
      check(cloudId, location)
      return volumesAt(cloudId, location)
    },
    snapshots: async ({ cloudId, location }) => {
      check(cloudId, location)
      return volumesAt(cloudId, location)
        .filter(({ usage }) => usage?.name === 'data')
        .map((one, at): StorageSnapshot => ({
          id: one.id.replace('vol-', 'snap-'),
          state: at === 0 ? 'pending' : 'completed',
          stateReason: null,
          progressPercent: at === 0 ? 42 : 100,
          volumeId: one.id,
          sizeGib: one.sizeGib,
          encrypted: false,
          description: `Automatic snapshot of ${one.usage?.farm ?? ''}`,
          ownerId: '000000000000',
          startedAt: hoursAgo(at * 7),
          tags: {},
          cloudId: one.cloudId,
          location: one.location,
          isOwn: true,
          isAutomatic: at % 3 !== 0,
        }))
    },
    ofServer: async ({ serverId }) =>
      world
        .clouds()
        .flatMap(({ id, locations }) =>
          locations.flatMap((location) => volumesAt(id, location).filter((one) => one.serverId === serverId)),
        ),
    ofFarm: async ({ farmId }) =>
      world
        .servers()
        .filter((server) => server.farmId === farmId && server.index % 2 === 1)
        .map((server, at) => {
          const { id, usage, sizeGib, type, iops, throughputMibps, encrypted } = volume(server, at, 'data')
          const { farmRoleId, index } = server
          return FarmVolume.parse({
            ...{ farmRoleId, index, name: 'data', disk: 0, volumeId: id, manual: false, raid: null },
            ...{ sizeGib, type, iops, throughputMibps, encrypted, serverId: server.id },
            ...{ fileSystem: 'ext4', mountPoint: usage?.mountPoint ?? null, mount: 'mounted' },
          })
        }),
    attach: world.asJob,
    detach: (input) =>
      world.asJob({ ...input, serverId: '' as Server['id'], always: false, mountPoint: null }),
    createVolume: async () => ({ volumeId: 'vol-00000000000000abc' }),
    setSchedule: async () => undefined,
  }
}
