import { AppError } from '../../../shared/model/errors.ts'
import { VolumeType } from '../../../shared/model/farm-role-storage.ts'
import type { JobRef } from '../../../shared/model/jobs.ts'
import type { Server } from '../../../shared/model/servers.ts'
import type { AttachVolume, VolumeRef } from '../../../shared/model/storage.ts'
import type { VolumeRecord } from '../../../shared/model/volume-records.ts'
import type { CloudVolume } from '../../../shared/model/volumes.ts'
import { serverName } from '../../../shared/logic/server-steps.ts'
import type { CloudProvider } from '../clouds/index.ts'
import type { Jobs } from '../jobs/index.ts'
import type { Clock } from '../ports.ts'
import type { ServerVolumes } from './server-volumes.ts'
import type { StorageScript } from './storage-script.ts'
import type { Turns } from './turns.ts'
import { attachVolume } from './volume-attacher.ts'
import type { VolumeStore } from './volume-store.ts'

interface AttachmentsOptions {
  store: VolumeStore
  serverVolumes: ServerVolumes
  script: StorageScript
  /** Of servers, by their id. */
  turns: Turns
  servers: { all(): Iterable<Server>; get(id: string): Server; find(id: string): Server | undefined }
  jobs: Jobs
  watch: <T>(cloudId: string, location: string, call: (provider: CloudProvider) => Promise<T>) => Promise<T>
  clock: Clock
  newId: () => string
}

const POLL_MS = 1_000
const DETACH_MS = 120_000

/** Attaches volumes to servers and detaches them, as a person asks for it. */
export class Attachments {
  readonly #options: AttachmentsOptions

  constructor(options: AttachmentsOptions) {
    this.#options = options
  }

  /**
   * Begun again after an interruption, it goes on. Throws `server.wrong_status`, `volume.in_use`, `input.conflict`,
   * `cloud.not_found`, or `input.invalid` for another zone.
   */
  async attach(input: AttachVolume): Promise<JobRef> {
    const { servers, jobs, store } = this.#options
    const server = servers.get(input.serverId)
    const volume = await this.#volume(input)
    const known = store.ofVolume(input.cloudId, volume.id)
    this.#check(input, volume, server, known)
    const isOfPlace = known?.farmRoleId === server.farmRoleId && known.index === server.index
    const record = input.always
      ? await this.#always(input, volume, server, known)
      : isOfPlace
        ? known
        : undefined
    const title = `Attach ${volume.id} to ${serverName(server)}`
    const job = await jobs.run('volume.attach', { kind: 'server', id: server.id }, title, (report, signal) =>
      this.#inTurn(server, { report, steps: 1, signal }, async () => {
        report(0, 1, 'Attaching')
        await this.#watch(input, (provider) =>
          record
            ? this.#give(record, known === undefined, { server, provider, signal })
            : this.#lend(input, server, provider, signal),
        )
      }),
    )
    return { jobId: job.id }
  }

  /**
   * A volume that a person attached for good is no longer, a farm role's own comes back with the next server; of an array
   * all disks go. Begun again after an interruption, it goes on. Throws `input.conflict` when there is nothing to detach.
   */
  async detach({ force, ...ref }: VolumeRef & { force: boolean }): Promise<JobRef> {
    const { jobs, servers, store } = this.#options
    const volume = await this.#volume(ref)
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
    const disks = record ? this.#disksOf(record) : []
    const rest = disks.length > 1 ? ` and the other disks of its array` : ''
    const job = await jobs.run('volume.detach', target, `Detach ${volume.id}${rest}`, (report, signal) =>
      this.#inTurn(server, { report, steps: 2, signal }, async () => {
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

  /** Waits until nothing else works on the server's disks; a server that is not ours has no such order. */
  #inTurn(
    server: Server | undefined,
    {
      report,
      steps,
      signal,
    }: { report: (done: number, total: number, step: string) => void; steps: number; signal: AbortSignal },
    work: () => Promise<void>,
  ): Promise<void> {
    if (!server) return work()
    if (this.#options.turns.isTaken(server.id)) {
      report(0, steps, `Waiting for other work on the disks of ${serverName(server)}`)
    }
    return this.#options.turns.alone(server.id, signal, work)
  }

  /** A volume that could not be given for good is not kept for the next server either. */
  async #give(
    record: VolumeRecord,
    isNew: boolean,
    work: { server: Server; provider: CloudProvider; signal: AbortSignal },
  ): Promise<void> {
    try {
      await this.#options.serverVolumes.giveAgain(this.#disksOf(record), work)
    } catch (thrown) {
      if (isNew) await this.#options.store.remove(record.id)
      throw thrown
    }
  }

  async #lend(
    { location, volumeId }: AttachVolume,
    { cloudServerId }: Server,
    provider: CloudProvider,
    signal: AbortSignal,
  ): Promise<void> {
    const onDevice = (): Promise<void> => Promise.resolve()
    const wanted = { location, volumeId, instanceId: cloudServerId ?? '', device: null, onDevice }
    await attachVolume(wanted, { provider, clock: this.#options.clock, signal })
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

  /** All disks of the volume or array that a record belongs to. */
  #disksOf({ farmRoleId, index, name }: VolumeRecord): VolumeRecord[] {
    return this.#options.store.ofPlace(farmRoleId, index).filter((record) => record.name === name)
  }

  #serverOf(cloudId: string, { attachment }: CloudVolume): Server | undefined {
    if (!attachment) return undefined
    for (const server of this.#options.servers.all()) {
      if (server.cloudId === cloudId && server.cloudServerId === attachment.instanceId) return server
    }
    return undefined
  }

  #check(
    { always }: AttachVolume,
    volume: CloudVolume,
    server: Server,
    known: VolumeRecord | undefined,
  ): void {
    if (server.status !== 'running' || server.cloudServerId === null) {
      throw new AppError('server.wrong_status', {
        message: `${serverName(server)} is ${server.status}; a volume can be attached while it runs.`,
      })
    }
    const holder = volume.attachment?.instanceId
    // Work that was interrupted goes on, and a volume that is only lent to the server can be made to stay.
    const isHere = holder === server.cloudServerId && (always || known !== undefined)
    if (holder !== undefined && !isHere) {
      throw new AppError('volume.in_use', {
        message: `${volume.id} is attached to ${holder} already. Detach it there first.`,
      })
    }
    if (server.zone !== null && volume.zone !== server.zone) {
      const message = `${volume.id} is in ${volume.zone} and ${serverName(server)} in ${server.zone}. Make a snapshot, and of that a volume in ${server.zone}.`
      throw new AppError('input.invalid', { message, details: { faults: [{ path: 'serverId', message }] } })
    }
    if (always && server.index < 1) {
      throw new AppError('input.invalid', {
        message: `${serverName(server)} has no index that a volume could be kept for.`,
      })
    }
  }

  async #always(
    { mountPoint }: AttachVolume,
    volume: CloudVolume,
    server: Server,
    known: VolumeRecord | undefined,
  ): Promise<VolumeRecord> {
    const { store, newId } = this.#options
    if (known?.manual === true && known.farmRoleId === server.farmRoleId && known.index === server.index) {
      return store.change(known.id, { mountPoint })
    }
    if (known) {
      throw new AppError('input.conflict', {
        message: `${volume.id} belongs to index ${known.index} of a farm role already (${known.name}).`,
      })
    }
    const { sizeGib, iops, throughputMibps, encrypted, kmsKeyId } = volume
    return store.put({
      ...{ farmId: server.farmId, farmRoleId: server.farmRoleId, index: server.index },
      ...{ cloudId: server.cloudId, location: server.location, sizeGib, iops, throughputMibps },
      ...{ encrypted, kmsKeyId, type: VolumeType.catch('gp3').parse(volume.type) },
      id: newId(),
      name: `m-${volume.id.replace(/^vol-/, '')}`.slice(0, 32),
      disk: 0,
      raid: null,
      fileSystem: 'ext4',
      mountPoint,
      reuse: true,
      manual: true,
      volumeId: volume.id,
      unseenSince: null,
      leftovers: [],
      intent: null,
      serverId: null,
      device: null,
      mount: 'not-mounted',
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
    const { clock } = this.#options
    await this.#watch(ref, async (provider) => {
      const [attached] = await provider.volumes.byId(ref.location, [ref.volumeId])
      if (!attached?.attachment) return
      await provider.volumes.detach(ref.location, { volumeId: ref.volumeId, force })
      const startedMs = clock.monotonic()
      for (;;) {
        const [volume] = await provider.volumes.byId(ref.location, [ref.volumeId])
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

  async #volume(ref: VolumeRef): Promise<CloudVolume> {
    const [volume] = await this.#watch(ref, (provider) => provider.volumes.byId(ref.location, [ref.volumeId]))
    if (volume) return volume
    throw new AppError('cloud.not_found', { message: `${ref.location} has no volume ${ref.volumeId}.` })
  }

  #watch<T>(
    ref: { cloudId: string; location: string },
    call: (provider: CloudProvider) => Promise<T>,
  ): Promise<T> {
    return this.#options.watch(ref.cloudId, ref.location, call)
  }
}
