import { toAppError } from '../../../../shared/model/errors.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import type { ScheduleRecord, VolumeRecord } from '../../../../shared/model/volume-records.ts'
import { TAGS } from '../../../../shared/logic/servers/launch-batches.ts'
import { snapshotDue, snapshotsBeyond } from '../../../../shared/logic/storage/snapshot-schedules.ts'
import type { CloudProvider } from '../../clouds/index.ts'
import type { Clock } from '../../ports.ts'
import { scheduleId, type ScheduleStore } from './schedule-store.ts'
import type { VolumeStore } from './volume-store.ts'
import { VOLUME_TAGS } from './volume-tags.ts'

interface SnapshotKeeperOptions {
  schedules: ScheduleStore
  volumes: VolumeStore
  farms: () => readonly Farm[]
  watch: <T>(cloudId: string, location: string, call: (provider: CloudProvider) => Promise<T>) => Promise<T>
  isKnownCloud: (cloudId: string) => boolean
  clock: Clock
  newToken: () => string
  workspaceId: string
  tell: (
    kind: 'SnapshotCreated' | 'SnapshotDeleted',
    schedule: ScheduleRecord,
    message: string,
  ) => Promise<void>
}

/** Makes the snapshots that are due and deletes those beyond what is kept. */
export class SnapshotKeeper {
  readonly #options: SnapshotKeeperOptions

  constructor(options: SnapshotKeeperOptions) {
    this.#options = options
  }

  /** Looks at all schedules once; a failure of one is kept on it and holds up no other. */
  async run(): Promise<void> {
    await this.#followDesigns()
    const { schedules, isKnownCloud, watch, clock } = this.#options
    for (const schedule of schedules.all()) {
      if (!isKnownCloud(schedule.cloudId)) continue
      const { due, lastAt } = snapshotDue(schedule, schedule.lastAt, clock.now())
      if (lastAt !== schedule.lastAt) await schedules.change(schedule.id, { lastAt })
      if (!due && schedule.asking === null) continue
      try {
        await watch(schedule.cloudId, schedule.location, (provider) => this.#make(schedule.id, provider))
      } catch (thrown) {
        const problem = toAppError(thrown).message
        if (problem !== schedule.problem) await schedules.change(schedule.id, { problem })
      }
    }
  }

  /** The schedules of farm roles' volumes are as the designs say; what a person set on a volume goes first. */
  async #followDesigns(): Promise<void> {
    const { schedules, volumes, farms } = this.#options
    const designs = new Map(farms().flatMap((farm) => farm.roles.map((role) => [role.id as string, role])))
    const wanted = new Map<string, VolumeRecord>()
    for (const record of volumes.all()) {
      if (record.volumeId === null || record.intent !== null) continue
      const design = designs
        .get(record.farmRoleId)
        ?.storage.volumes.find(({ name }) => name === record.name && !record.manual)
      const plan = design?.snapshots
      if (!plan) continue
      const id = scheduleId(record.cloudId, record.location, record.volumeId)
      wanted.set(id, record)
      const known = schedules.find(record.cloudId, record.location, record.volumeId)
      if (known?.source === 'volume') continue
      if (known?.everyHours === plan.everyHours && known.keep === plan.keep) continue
      const { cloudId, location, volumeId } = record
      const state = known ?? { lastAt: null, lastSnapshotId: null, asking: null, problem: null }
      await schedules.put({ ...state, ...plan, id, cloudId, location, volumeId, source: 'farm-role' })
    }
    for (const { id, source } of schedules.all()) {
      if (source === 'farm-role' && !wanted.has(id)) await schedules.remove(id)
    }
  }

  async #make(id: string, provider: CloudProvider): Promise<void> {
    const { schedules, clock, newToken, workspaceId, tell } = this.#options
    const schedule = schedules.all().find((one) => one.id === id)
    if (!schedule) return
    const { location, volumeId } = schedule
    const [volume] = await provider.volumes.listById(location, [volumeId])
    if (!volume) {
      // The volume is gone: so is what was set for it.
      await schedules.remove(id)
      return
    }
    const asked = schedule.asking
    const token = asked ?? newToken()
    if (asked === null) await schedules.change(id, { asking: token })
    const tag = { key: VOLUME_TAGS.snapshot, value: token }
    const [known] = asked === null ? [] : await provider.snapshots.listByTag(location, tag)
    const name = volume.tags.Name ?? volumeId
    const snapshot =
      known ??
      (await provider.snapshots.create(location, {
        volumeId,
        description: `Automatic snapshot of ${name}`,
        tags: {
          Name: name,
          [TAGS.workspace]: workspaceId,
          [VOLUME_TAGS.schedule]: volumeId,
          [tag.key]: tag.value,
        },
      }))
    const lastAt = new Date(clock.now()).toISOString()
    // A person may have changed or removed the schedule meanwhile: that holds.
    const made = { asking: null, lastAt, lastSnapshotId: snapshot.id, problem: null }
    const now = await schedules.change(id, made)
    await tell(
      'SnapshotCreated',
      schedule,
      `Snapshot ${snapshot.id} of ${volumeId} was begun by its schedule`,
    )
    if (now) await this.#rotate(now, provider)
  }

  async #rotate(schedule: ScheduleRecord, provider: CloudProvider): Promise<void> {
    const { location, volumeId, keep } = schedule
    const made = await provider.snapshots.listByTag(location, { key: VOLUME_TAGS.schedule, value: volumeId })
    for (const { id } of snapshotsBeyond(made, keep)) {
      await provider.snapshots.delete(location, id)
      await this.#options.tell(
        'SnapshotDeleted',
        schedule,
        `Snapshot ${id} of ${volumeId} was deleted: the newest ${keep} are kept`,
      )
    }
  }
}
