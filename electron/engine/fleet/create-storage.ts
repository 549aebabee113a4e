import { join } from 'node:path'
import type { Ports } from '../ports.ts'
import type { Below, Groundwork } from './create-groundwork.ts'
import {
  Attachments,
  DesignedSchedules,
  heldVolumes,
  LostAnswers,
  ScheduleStore,
  ServerDisks,
  ServerVolumes,
  SnapshotKeeper,
  Storage,
  StorageChanges,
  StorageLooks,
  StorageLoop,
  StorageScript,
  Turns,
  VolumeKeeper,
  VolumeMaker,
  VolumeStore,
} from './storage/index.ts'

/** Puts the services of block storage together; nothing acts before `start`. */
export function createStorage(below: Below, ports: Ports, { resources, finisher }: Groundwork) {
  const { core, clouds, designs, access } = below
  const { ledger, servers, events, consumers, jobs, clock, log, ids } = core
  const { farmStore: farms } = designs
  const { connections, targets } = access
  const { newId, newToken, workspaceId } = ids
  const store = new VolumeStore({ repository: ledger.volumes, newId })
  const schedules = new ScheduleStore(ledger.snapshotSchedules)
  const turns = new Turns()
  const path = join(ports.resourcesDir, 'agent', 'storage.sh')
  const script = new StorageScript({ path, connections, targets, clock })
  const maker = new VolumeMaker({ store, events, clock, newToken })
  resources.register(heldVolumes({ store, maker, schedules }))
  const serverVolumes = new ServerVolumes({ store, maker, script, turns, events, clock, workspaceId })
  const designed = new DesignedSchedules({ schedules, volumes: store, farms })
  const snapshots = new SnapshotKeeper({ designed, schedules, volumes: store, clouds, events, clock, ids })
  const lost = new LostAnswers({ calls: ledger.cloudCalls, clouds, events, clock })
  const volumes = new VolumeKeeper({ store, maker, servers, clouds, log })
  const loop = new StorageLoop({ volumes, lost, snapshots, finisher, clock, log })
  consumers.consume('storage', () => loop.wake(), { kinds: ['HostDown'], isStored: false })
  return {
    storage: new Storage({
      looks: new StorageLooks({ store, schedules, servers, farms, clouds }),
      changes: new StorageChanges({ store, schedules, calls: ledger.cloudCalls, clouds, loop, ids }),
      attachments: new Attachments({ store, serverVolumes, turns, servers, jobs, clouds, clock }),
      disks: new ServerDisks({ store, script, turns, servers, jobs, clouds, clock }),
    }),
    serverVolumes,
    /** Reads what was; the loop is started when the clouds are open. */
    load: async (): Promise<void> => {
      await Promise.all([store.start(), schedules.start(), lost.start()])
    },
    start: (): void => loop.start(),
    stop: (): Promise<void> => loop.stop(),
  }
}
