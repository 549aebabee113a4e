import { AppError } from '../../shared/model/errors.ts'
import type { CloudSnapshot, CloudVolume, VolumeChange } from '../../shared/model/volumes.ts'
import type {
  CreateVolumeRequest,
  SnapshotsPort,
  CloudTag,
  CloudTags,
  VolumesPort,
} from '../../electron/engine/clouds/index.ts'

/** Volumes in memory: everything happens at once. */
export class MemoryVolumes implements VolumesPort {
  readonly all = new Map<string, CloudVolume>()
  readonly #byToken = new Map<string, string>()
  #next = 1

  async list(): Promise<CloudVolume[]> {
    return [...this.all.values()]
  }
  async listById(_location: string, ids: readonly string[]): Promise<CloudVolume[]> {
    return ids.flatMap((id) => this.all.get(id) ?? [])
  }
  async listByTag(_location: string, tag: CloudTag): Promise<CloudVolume[]> {
    return [...this.all.values()].filter((volume) => volume.tags[tag.key] === tag.value)
  }
  async listByInstance(_location: string, instanceId: string): Promise<CloudVolume[]> {
    return [...this.all.values()].filter((volume) => volume.attachment?.instanceId === instanceId)
  }
  async create(_location: string, request: CreateVolumeRequest): Promise<CloudVolume> {
    const known = this.all.get(this.#byToken.get(request.clientToken) ?? '')
    if (known) return known
    const { clientToken, ...settings } = request
    const volume: CloudVolume = {
      ...settings,
      id: `vol-${String(this.#next++).padStart(17, '0')}`,
      state: 'available',
      createdAt: null,
      attachment: null,
      tags: { ...request.tags },
    }
    this.all.set(volume.id, volume)
    this.#byToken.set(clientToken, volume.id)
    return volume
  }
  async attach(
    _location: string,
    { volumeId, instanceId, device }: { volumeId: string; instanceId: string; device: string },
  ): Promise<void> {
    const volume = this.#get(volumeId)
    if (volume.attachment) throw refused('VolumeInUse', `${volumeId} is already attached to an instance`)
    const attachment = { instanceId, device, state: 'attached', deleteOnTermination: false } as const
    this.all.set(volumeId, { ...volume, state: 'in-use', attachment })
  }
  async detach(_location: string, { volumeId }: { volumeId: string }): Promise<void> {
    this.all.set(volumeId, { ...this.#get(volumeId), state: 'available', attachment: null })
  }
  async delete(_location: string, volumeId: string): Promise<void> {
    if (this.all.get(volumeId)?.attachment) throw refused('VolumeInUse', `${volumeId} is attached`)
    this.all.delete(volumeId)
  }
  async modify(_location: string, volumeId: string, change: VolumeChange): Promise<void> {
    const volume = this.#get(volumeId)
    this.all.set(volumeId, {
      ...volume,
      sizeGib: change.sizeGib ?? volume.sizeGib,
      type: change.type ?? volume.type,
      iops: change.iops ?? volume.iops,
      throughputMibps: change.throughputMibps ?? volume.throughputMibps,
    })
  }

  #get(id: string): CloudVolume {
    const volume = this.all.get(id)
    if (volume) return volume
    throw new AppError('cloud.not_found', { message: `The volume '${id}' does not exist.` })
  }
}

/** Snapshots in memory: complete at once. */
export class MemorySnapshots implements SnapshotsPort {
  readonly all = new Map<string, CloudSnapshot>()
  readonly #volumes: MemoryVolumes
  #next = 1

  constructor(volumes: MemoryVolumes) {
    this.#volumes = volumes
  }

  async list(): Promise<CloudSnapshot[]> {
    return [...this.all.values()]
  }
  listShared(): Promise<CloudSnapshot[]> {
    return this.list()
  }
  async listById(_location: string, ids: readonly string[]): Promise<CloudSnapshot[]> {
    return ids.flatMap((id) => this.all.get(id) ?? [])
  }
  async listByTag(_location: string, tag: CloudTag): Promise<CloudSnapshot[]> {
    return [...this.all.values()].filter((snapshot) => snapshot.tags[tag.key] === tag.value)
  }
  async create(
    location: string,
    request: { volumeId: string; description: string; tags: CloudTags },
  ): Promise<CloudSnapshot> {
    const [volume] = await this.#volumes.listById(location, [request.volumeId])
    if (!volume) throw new AppError('cloud.not_found', { message: `There is no ${request.volumeId}.` })
    const snapshot: CloudSnapshot = {
      id: `snap-${String(this.#next++).padStart(17, '0')}`,
      state: 'completed',
      stateReason: null,
      progressPercent: 100,
      volumeId: volume.id,
      sizeGib: volume.sizeGib,
      encrypted: volume.encrypted,
      description: request.description,
      ownerId: '000000000000',
      startedAt: null,
      tags: { ...request.tags },
    }
    this.all.set(snapshot.id, snapshot)
    return snapshot
  }
  async delete(_location: string, snapshotId: string): Promise<void> {
    this.all.delete(snapshotId)
  }
}

function refused(cloudCode: string, message: string): AppError {
  return new AppError('cloud.refused', { message, details: { cloudCode, cloudMessage: message } })
}
