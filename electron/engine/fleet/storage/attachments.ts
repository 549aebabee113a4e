import { AppError } from '../../../../shared/model/errors.ts'
import { VolumeType } from '../../../../shared/model/farm-role-storage.ts'
import type { JobRef } from '../../../../shared/model/jobs.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import type { AttachVolume } from '../../../../shared/model/storage.ts'
import type { VolumeRecord } from '../../../../shared/model/volume-records.ts'
import type { CloudVolume } from '../../../../shared/model/volumes.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import type { CloudCalls, CloudProvider } from '../../clouds/index.ts'
import type { Clock } from '../../ports.ts'
import type { Jobs } from '../../records/jobs/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import { inTurn, volumeOf } from './disk-work.ts'
import type { ServerVolumes } from './server-volumes.ts'
import type { Turns } from './turns.ts'
import { attachVolume } from './volume-attacher.ts'
import type { VolumeStore } from './volume-store.ts'

interface AttachmentsOptions {
  store: VolumeStore
  serverVolumes: ServerVolumes
  /** Of servers, by their id. */
  turns: Turns
  servers: ServerStore
  jobs: Jobs
  clouds: CloudCalls
  clock: Clock
}

/** Attaches volumes to servers, as a person asks for it. */
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
    const volume = await volumeOf(input, this.#options.clouds)
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
      inTurn(this.#options.turns, server, { report, steps: 1, signal }, async () => {
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

  /** A volume that could not be given for good is not kept for the next server either. */
  async #give(
    record: VolumeRecord,
    isNew: boolean,
    work: { server: Server; provider: CloudProvider; signal: AbortSignal },
  ): Promise<void> {
    try {
      await this.#options.serverVolumes.giveAgain(this.#options.store.disksOf(record), work)
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
    const { store } = this.#options
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
      id: store.newId(),
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

  #watch<T>(
    ref: { cloudId: string; location: string },
    call: (provider: CloudProvider) => Promise<T>,
  ): Promise<T> {
    return this.#options.clouds.watch(ref.cloudId, ref.location, call)
  }
}
