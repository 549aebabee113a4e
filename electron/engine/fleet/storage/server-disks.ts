import { AppError } from '../../../../shared/model/errors.ts'
import type { JobRef } from '../../../../shared/model/jobs.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import type { VolumeRef } from '../../../../shared/model/storage.ts'
import type { VolumeRecord } from '../../../../shared/model/volume-records.ts'
import type { CloudVolume } from '../../../../shared/model/volumes.ts'
import type { CloudCalls } from '../../clouds/index.ts'
import type { Clock } from '../../ports.ts'
import type { Jobs } from '../../records/jobs/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import { inTurn, volumeOf } from './disk-work.ts'
import type { StorageScript } from './storage-script.ts'
import type { Turns } from './turns.ts'
import type { VolumeStore } from './volume-store.ts'

interface ServerDisksOptions {
  store: VolumeStore
  script: StorageScript
  /** Of servers, by their id. */
  turns: Turns
  servers: ServerStore
  jobs: Jobs
  clouds: CloudCalls
  clock: Clock
}

const POLL_MS = 1_000
const DETACH_MS = 120_000

/** Lets go of disks that servers have, and makes their file systems larger, as a person asks for it. */
export class ServerDisks {
  readonly #options: ServerDisksOptions

  constructor(options: ServerDisksOptions) {
    this.#options = options
  }

  /**
   * A volume that a person attached for good is no longer, a farm role's own comes back with the next server; of an array
   * all disks go. Begun again after an interruption, it goes on. Throws `input.conflict` when there is nothing to detach.
   */
  async detach({ force, ...ref }: VolumeRef & { force: boolean }): Promise<JobRef> {
    const { jobs, servers, store } = this.#options
    const volume = await volumeOf(ref, this.#options.clouds)
    const record = store.ofVolume(ref.cloudId, ref.volumeId)
    const isKept = record !== undefined && (record.manual || record.serverId !== null)
    if (!volume.attachment && !isKept) {
      throw new AppError('input.conflict', { message: `${ref.volumeId} is attached to nothing.` })
    }
    const ofRecord = record?.serverId == null ? undefined : servers.find(record.serverId)
    const server = ofRecord ?? this.#serverOf(ref.cloudId, volume)
    const target = server
      ? ({ kind: 'server', id: server.id } as const)
      : ({ kind: 'cloud', id: ref.cloudId } as const)
    const disks = record ? store.disksOf(record) : []
    const rest = disks.length > 1 ? ` and the other disks of its array` : ''
    const job = await jobs.run('volume.detach', target, `Detach ${volume.id}${rest}`, (report, signal) =>
      inTurn(this.#options.turns, server, { report, steps: 2, signal }, async () => {
        if (server && disks.some(({ mount }) => mount === 'mounted')) {
          report(0, 2, 'Unmounting')
          await this.#unmount(disks, server, signal).catch((thrown: unknown) => {
            if (!force) throw thrown
          })
        }
        report(1, 2, 'Detaching')
        if (disks.length === 0) await this.#free({ ...ref, force }, signal)
        for (const disk of disks) await this.#release(disk, force, signal)
      }),
    )
    return { jobId: job.id }
  }

  /** Throws `volume.not_mounted` when Farmhand did not mount it. */
  async grow(ref: VolumeRef): Promise<void> {
    const { store, servers, script, turns, clock } = this.#options
    const record = store.ofVolume(ref.cloudId, ref.volumeId)
    if (record?.mountPoint == null || record.mount !== 'mounted' || record.serverId === null) {
      throw new AppError('volume.not_mounted', {
        message: `${ref.volumeId} is not mounted by Farmhand, so its file system cannot be made larger from here.`,
      })
    }
    const disks = store
      .disksOf(record)
      .map(({ volumeId, device }) => ({ volumeId: volumeId ?? '', device: device ?? '' }))
    const { name, raid, fileSystem, mountPoint } = record
    const over = new AbortController()
    clock.sleep(60_000, over.signal).then(
      () => over.abort(),
      () => undefined,
    )
    const order = { action: 'grow', name, disks, raid, fileSystem, mountPoint } as const
    const server = servers.get(record.serverId)
    await turns
      .alone(server.id, over.signal, () => script.run(server, order, over.signal))
      .finally(() => over.abort())
  }

  /** Detaches a disk that Farmhand keeps a record of, unless the keeper let go of it meanwhile. */
  async #release(disk: VolumeRecord, force: boolean, signal: AbortSignal): Promise<void> {
    const { store } = this.#options
    await store.inTurn(disk.id, signal, async () => {
      const { cloudId, location, volumeId } = disk
      if (store.find(disk.id)?.serverId !== disk.serverId) return
      if (volumeId !== null) await this.#free({ cloudId, location, volumeId, force }, signal)
      if (disk.manual) await store.remove(disk.id)
      else await store.change(disk.id, { serverId: null, device: null, mount: 'not-mounted' })
    })
  }

  async #unmount(disks: readonly VolumeRecord[], server: Server, signal: AbortSignal): Promise<void> {
    const [first] = disks
    if (first?.mountPoint == null || server.status !== 'running') return
    const { name, raid, fileSystem, mountPoint } = first
    await this.#options.script.run(
      server,
      { action: 'unmount', name, disks: [], raid, fileSystem, mountPoint },
      signal,
    )
    for (const { id } of disks) await this.#options.store.change(id, { mount: 'not-mounted' })
  }

  /** Detaches a volume and waits until the cloud says so. */
  async #free({ force, ...ref }: VolumeRef & { force: boolean }, signal: AbortSignal): Promise<void> {
    const { clock, clouds } = this.#options
    await clouds.watch(ref.cloudId, ref.location, async (provider) => {
      const [attached] = await provider.volumes.listById(ref.location, [ref.volumeId])
      if (!attached?.attachment) return
      await provider.volumes.detach(ref.location, { volumeId: ref.volumeId, force })
      const startedMs = clock.monotonic()
      for (;;) {
        const [volume] = await provider.volumes.listById(ref.location, [ref.volumeId])
        if (!volume?.attachment) return
        if (clock.monotonic() - startedMs > DETACH_MS) {
          throw new AppError('volume.in_use', {
            message: `The cloud still says that ${ref.volumeId} is ${volume.attachment.state}. Unmount it on the server, or detach it by force.`,
            retryable: true,
          })
        }
        await clock.sleep(POLL_MS, signal)
      }
    })
  }

  #serverOf(cloudId: string, { attachment }: CloudVolume): Server | undefined {
    if (!attachment) return undefined
    for (const server of this.#options.servers.all()) {
      if (server.cloudId === cloudId && server.cloudServerId === attachment.instanceId) return server
    }
    return undefined
  }
}
