import type { CloudVolume, VolumeChange } from '../../../shared/model/volumes.ts'
import type { CallOptions, CloudTag, CloudTags } from './call-options.ts'

/** How a volume is made. The same token never makes a second one. */
export interface CreateVolumeRequest {
  clientToken: string
  zone: string
  sizeGib: number
  type: string
  iops: number | null
  throughputMibps: number | null
  encrypted: boolean
  kmsKeyId: string | null
  /** Made from this snapshot; null: blank. */
  snapshotId: string | null
  tags: CloudTags
}

/** Block volumes of a cloud. */
export interface VolumesPort {
  list(location: string, options?: CallOptions): Promise<CloudVolume[]>
  listById(location: string, ids: readonly string[], options?: CallOptions): Promise<CloudVolume[]>
  listByTag(location: string, tag: CloudTag, options?: CallOptions): Promise<CloudVolume[]>
  /** Volumes that are attached, or being attached, to the instance. */
  listByInstance(location: string, instanceId: string, options?: CallOptions): Promise<CloudVolume[]>
  /** Resolves while the volume is still being made. */
  create(location: string, volume: CreateVolumeRequest, options?: CallOptions): Promise<CloudVolume>
  /** Resolves while the volume is still being attached. */
  attach(
    location: string,
    attachment: { volumeId: string; instanceId: string; device: string },
    options?: CallOptions,
  ): Promise<void>
  /** Resolves while the volume is still being detached; one that is attached nowhere is fine. */
  detach(
    location: string,
    attachment: { volumeId: string; force?: boolean },
    options?: CallOptions,
  ): Promise<void>
  modify(location: string, id: string, change: VolumeChange, options?: CallOptions): Promise<void>
  /** Throws `cloud.refused` while it is attached. */
  delete(location: string, id: string, options?: CallOptions): Promise<void>
}
