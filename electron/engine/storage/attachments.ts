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
import { attachVolume } from './volume-attacher.ts'
import type { VolumeStore } from './volume-store.ts'

interface AttachmentsOptions {
  store: VolumeStore
  serverVolumes: ServerVolumes
  script: StorageScript
  servers: { get(id: string): Server; find(id: string): Server | undefined }
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

  /** Throws `server.wrong_status`, `input.conflict`, `cloud.not_found`, or `input.invalid` for another zone. */
  async attach(input: AttachVolume): Promise<JobRef> {
    const { servers, jobs, store } = this.#options
    const server = servers.get(input.serverId)
    const volume = await this.#volume(input)
    this.#check(input, volume, server)
    const record = input.always ? await this.#alwaysFrom(input, volume, server) : undefined
    const title = `Attach ${volume.id} to ${serverName(server)}`
    const job = await jobs.run('volume.attach', { kind: 'server', id: server.id }, title, (report, signal) =>
      this.#watch(input, async (provider) => {
        report(0, 1, 'Attaching')
        if (record) {
          await this.#options.serverVolumes.giveManual(store.get(record.id), { server, provider, signal })
          return
        }
        const { location, volumeId } = input
        const wanted = { location, volumeId, instanceId: server.cloudServerId ?? '', device: null }
        const onDevice = (): Promise<void> => Promise.resolve()
        await attachVolume({ ...wanted, onDevice }, { provider, clock: this.#options.clock, signal })
      }),
    )
    return { jobId: job.id }
  }

  /** A volume that a person attached for good is no longer, a farm role's own comes back with the next server. */
  async detach({ force, ...ref }: VolumeRef & { force: boolean }): Promise<JobRef> {
    const { jobs, servers, store } = this.#options
    const volume = await this.#volume(ref)
    if (!volume.attachment) {
      throw new AppError('input.conflict', { message: `${ref.volumeId} is attached to nothing.` })
    }
    const record = store.ofVolume(ref.cloudId, ref.volumeId)
    const server = record?.serverId == null ? undefined : servers.find(record.serverId)
    const target = server
      ? ({ kind: 'server', id: server.id } as const)
      : ({ kind: 'cloud', id: ref.cloudId } as const)
    const job = await jobs.run('volume.detach', target, `Detach ${volume.id}`, (report, signal) =>
      this.#watch(ref, async (provider) => {
        if (record && server && record.mount === 'mounted') {
          report(0, 2, 'Unmounting')
          await this.#unmount(record, server, signal).catch((thrown: unknown) => {
            if (!force) throw thrown
          })
        }
        report(1, 2, 'Detaching')
        await provider.volumes.detach(ref.location, { volumeId: ref.volumeId, force })
        await this.#whenFree(ref, provider, signal)
        if (record?.manual) await store.remove(record.id)
        else if (record) {
          await store.change(record.id, { serverId: null, device: null, mount: 'not-mounted' })
        }
      }),
    )
    return { jobId: job.id }
  }

  #check({ always }: AttachVolume, volume: CloudVolume, server: Server): void {
    if (server.status !== 'running' || server.cloudServerId === null) {
      throw new AppError('server.wrong_status', {
        message: `${serverName(server)} is ${server.status}; a volume can be attached while it runs.`,
      })
    }
    if (volume.attachment) {
      throw new AppError('volume.in_use', {
        message: `${volume.id} is attached to ${volume.attachment.instanceId} already. Detach it there first.`,
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

  async #alwaysFrom(input: AttachVolume, volume: CloudVolume, server: Server): Promise<VolumeRecord> {
    const { store, newId } = this.#options
    const known = store.ofVolume(input.cloudId, volume.id)
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
      mountPoint: input.mountPoint,
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

  async #unmount(record: VolumeRecord, server: Server, signal: AbortSignal): Promise<void> {
    const { name, raid, fileSystem, mountPoint } = record
    if (mountPoint === null || server.status !== 'running') return
    const order = { action: 'unmount', name, disks: [], raid, fileSystem, mountPoint } as const
    await this.#options.script.run(server, order, signal)
    for (const { id, name: other } of this.#options.store.ofPlace(record.farmRoleId, record.index)) {
      if (other === name) await this.#options.store.change(id, { mount: 'not-mounted' })
    }
  }

  async #whenFree(ref: VolumeRef, provider: CloudProvider, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
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
