import type { NewEvent } from '../../../../shared/model/events.ts'
import { toAppError } from '../../../../shared/model/errors.ts'
import type { ScheduleRecord } from '../../../../shared/model/volume-records.ts'
import { TAGS } from '../../../../shared/model/tags.ts'
import { snapshotDue, snapshotsBeyond } from '../../../../shared/logic/storage/snapshot-schedules.ts'
import type { CloudProvider, Clouds } from '../../clouds/index.ts'
import type { Clock } from '../../ports.ts'
import type { Events } from '../../records/events/index.ts'
import type { Ids } from '../../records/ids/index.ts'
import type { DesignedSchedules } from './designed-schedules.ts'
import type { ScheduleStore } from './schedule-store.ts'
import type { VolumeStore } from './volume-store.ts'
import { VOLUME_TAGS } from './volume-tags.ts'

interface SnapshotKeeperOptions {
  designed: DesignedSchedules
  schedules: ScheduleStore
  volumes: VolumeStore
  clouds: Pick<Clouds, 'has' | 'watch'>
  events: Pick<Events, 'told' | 'append'>
  clock: Clock
  ids: Ids
}

/** Makes the snapshots that are due and deletes those beyond what is kept. */
export class SnapshotKeeper {
  readonly #options: SnapshotKeeperOptions

  constructor(options: SnapshotKeeperOptions) {
    this.#options = options
  }

  /** Looks at all schedules once; a failure of one is kept on it and holds up no other. */
  async run(): Promise<void> {
    const { designed, schedules, clouds, clock } = this.#options
    await designed.follow()
    for (const schedule of schedules.list()) {
      if (!clouds.has(schedule.cloudId)) continue
      const { due, lastAt } = snapshotDue(schedule, schedule.lastAt, clock.now())
      if (lastAt !== schedule.lastAt) await schedules.change(schedule.id, { lastAt })
      if (!due && schedule.asking === null) continue
      try {
        await clouds.watch(schedule.cloudId, schedule.location, (provider) =>
          this.#make(schedule.id, provider),
        )
      } catch (thrown) {
        const problem = toAppError(thrown).message
        if (problem !== schedule.problem) await schedules.change(schedule.id, { problem })
      }
    }
  }

  async #make(id: string, provider: CloudProvider): Promise<void> {
    const { schedules, clock, ids } = this.#options
    const schedule = schedules.find(id)
    if (!schedule) return
    const { location, volumeId } = schedule
    const [volume] = await provider.volumes.listById(location, [volumeId])
    if (!volume) {
      // The volume is gone: so is what was set for it.
      await schedules.remove(id)
      return
    }
    const asked = schedule.asking
    const token = asked ?? ids.newToken()
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
          [TAGS.workspace]: ids.workspaceId,
          [VOLUME_TAGS.schedule]: volumeId,
          [tag.key]: tag.value,
        },
      }))
    const lastAt = new Date(clock.now()).toISOString()
    // A person may have changed or removed the schedule meanwhile: that holds.
    const made = { asking: null, lastAt, lastSnapshotId: snapshot.id, problem: null }
    const message = `Snapshot ${snapshot.id} of ${volumeId} was begun by its schedule`
    const created = this.#told('SnapshotCreated', schedule, message, snapshot.id)
    const now = await schedules.change(id, made, [created])
    if (!now) await this.#options.events.append(created)
    if (now) await this.#rotate(now, provider)
  }

  async #rotate(schedule: ScheduleRecord, provider: CloudProvider): Promise<void> {
    const { location, volumeId, keep } = schedule
    const made = await provider.snapshots.listByTag(location, { key: VOLUME_TAGS.schedule, value: volumeId })
    for (const { id } of snapshotsBeyond(made, keep)) {
      await provider.snapshots.delete(location, id)
      const message = `Snapshot ${id} of ${volumeId} was deleted: the newest ${keep} are kept`
      await this.#options.events.append(this.#told('SnapshotDeleted', schedule, message, id))
    }
  }

  #told(
    kind: 'SnapshotCreated' | 'SnapshotDeleted',
    { id, cloudId, location, volumeId }: ScheduleRecord,
    message: string,
    snapshotId: string,
  ): NewEvent {
    const { volumes, events } = this.#options
    const record = volumes.ofVolume(cloudId, volumeId)
    return events.told(kind, message, {
      ...(record && { farmId: record.farmId, farmRoleId: record.farmRoleId }),
      causedBy: { kind: 'schedule', id },
      data: { snapshotId, volumeId, location },
    })
  }
}
