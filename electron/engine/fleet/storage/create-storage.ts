import { join } from 'node:path'
import type { Farm } from '../../../../shared/model/farms.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import type { CloudProvider } from '../../clouds/index.ts'
import type { Events } from '../../records/events/index.ts'
import type { Jobs } from '../../records/jobs/index.ts'
import type { Clock, Log } from '../../ports.ts'
import type { SshConnections, SshTarget } from '../../access/ssh/index.ts'
import { Attachments } from './attachments.ts'
import { heldVolumes } from './held-volumes.ts'
import { LostAnswers } from './lost-answers.ts'
import { ScheduleStore, type ScheduleRepository } from './schedule-store.ts'
import { ServerDisks } from './server-disks.ts'
import { ServerVolumes } from './server-volumes.ts'
import { SnapshotKeeper } from './snapshot-keeper.ts'
import { StorageScript } from './storage-script.ts'
import { Storage } from './storage.ts'
import { Turns } from './turns.ts'
import { VolumeKeeper } from './volume-keeper.ts'
import { VolumeMaker } from './volume-maker.ts'
import { type VolumeRepository, VolumeStore } from './volume-store.ts'

interface StorageParts {
  ledger: {
    volumes: VolumeRepository
    snapshotSchedules: ScheduleRepository
    cloudCalls: ConstructorParameters<typeof Storage>[0]['calls'] &
      ConstructorParameters<typeof LostAnswers>[0]['calls']
  }
  clouds: {
    find(id: string): unknown
    watch<T>(cloudId: string, location: string, call: (provider: CloudProvider) => Promise<T>): Promise<T>
  }
  servers: {
    all(): Iterable<Server>
    get(id: string): Server
    find(id: string): Server | undefined
    lookUp(id: string): Promise<Server | undefined>
  }
  farms: () => readonly Farm[]
  events: Events
  jobs: Jobs
  connections: Pick<SshConnections, 'acquire'>
  target: (server: Server) => Promise<SshTarget>
  resourcesDir: string
  workspaceId: string
  clock: Clock
  log: Log
  newId: () => string
  newToken: () => string
  /** Told after each look at the volumes. */
  onPass: () => void
}

/** Puts the services of block storage together; nothing acts before `start`. */
export function createStorage(parts: StorageParts) {
  const { ledger, clouds, servers, farms, events, jobs, clock, log, newId, newToken, workspaceId } = parts
  const store = new VolumeStore(ledger.volumes)
  const schedules = new ScheduleStore(ledger.snapshotSchedules)
  const watch: StorageParts['clouds']['watch'] = (cloudId, location, call) =>
    clouds.watch(cloudId, location, call)
  const isKnownCloud = (cloudId: string): boolean => clouds.find(cloudId) !== undefined
  const turns = new Turns()
  const script = new StorageScript({
    path: join(parts.resourcesDir, 'agent', 'storage.sh'),
    connections: parts.connections,
    target: parts.target,
    clock,
  })
  const maker = new VolumeMaker({
    store,
    clock,
    newToken,
    tell: (kind, { farmId, farmRoleId }, message) => events.tell(kind, message, { farmId, farmRoleId }),
  })
  const serverVolumes = new ServerVolumes({
    store,
    maker,
    script,
    turns,
    clock,
    newId,
    workspaceId,
    tell: (kind, { farmId, farmRoleId, id }, message) =>
      events.tell(kind, message, { farmId, farmRoleId, serverId: id }),
  })
  const snapshots = new SnapshotKeeper({
    schedules,
    volumes: store,
    farms,
    watch,
    isKnownCloud,
    clock,
    newToken,
    workspaceId,
    tell: (kind, { cloudId, volumeId }, message) => {
      const record = store.ofVolume(cloudId, volumeId)
      return events.tell(kind, message, record && { farmId: record.farmId, farmRoleId: record.farmRoleId })
    },
  })
  const lost = new LostAnswers({
    calls: ledger.cloudCalls,
    watch,
    isKnownCloud,
    tell: (kind, message) => events.tell(kind, message),
    clock,
  })
  const keeper = new VolumeKeeper({
    lost,
    store,
    maker,
    snapshots,
    findServer: (id) => servers.lookUp(id),
    watch,
    isKnownCloud,
    onPass: parts.onPass,
    clock,
    log,
  })
  const storage = new Storage({
    store,
    schedules,
    calls: ledger.cloudCalls,
    servers,
    farms,
    watch,
    newToken,
    workspaceId,
    onSchedule: () => keeper.lookAtSchedules(),
  })
  const disks = new ServerDisks({ store, script, turns, servers, jobs, watch, clock })
  const attachments = new Attachments({
    store,
    serverVolumes,
    turns,
    servers,
    jobs,
    watch,
    clock,
    newId,
  })
  return {
    /** What a client can ask for. */
    api: Object.assign(storage, {
      attach: attachments.attach.bind(attachments),
      detach: disks.detach.bind(disks),
      grow: disks.grow.bind(disks),
    }),
    /** Gives servers their volumes before they run. */
    provisioner: serverVolumes,
    /** What farms hold, for their end. */
    held: heldVolumes({ store, maker, schedules }),
    keeper,
    snapshots,
    /** Reads what was; the keeper is started when the clouds are open. */
    async start(): Promise<void> {
      await Promise.all([store.start(), schedules.start(), lost.start()])
    },
  }
}
