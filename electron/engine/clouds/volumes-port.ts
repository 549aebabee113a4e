import type { CloudVolume, VolumeChange } from '../../../shared/model/volumes.ts'
import type { CallOptions } from './call-options.ts'

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
  tags: Readonly<Record<string, string>>
}

/** Block volumes of a cloud. Lists are whole: all pages, or the call fails. */
export interface VolumesPort {
  list(location: string, options?: CallOptions): Promise<CloudVolume[]>
  /** The named ones; those that the cloud does not know are left out. */
  byId(location: string, ids: readonly string[], options?: CallOptions): Promise<CloudVolume[]>
  byTag(location: string, tag: { key: string; value: string }, options?: CallOptions): Promise<CloudVolume[]>
  /** Volumes that are attached, or being attached, to the instance. */
  ofInstance(location: string, instanceId: string, options?: CallOptions): Promise<CloudVolume[]>
  /** Resolves while the volume is still being made. */
  create(location: string, request: CreateVolumeRequest, options?: CallOptions): Promise<CloudVolume>
  /** Resolves while the volume is still being attached. */
  attach(
    location: string,
    request: { volumeId: string; instanceId: string; device: string },
    options?: CallOptions,
  ): Promise<void>
  /** Resolves while the volume is still being detached; one that is attached nowhere is fine. */
  detach(
    location: string,
    request: { volumeId: string; force?: boolean },
    options?: CallOptions,
  ): Promise<void>
  /** One that is gone is fine. Throws `cloud.refused` while it is attached. */
  delete(location: string, volumeId: string, options?: CallOptions): Promise<void>
  modify(location: string, volumeId: string, change: VolumeChange, options?: CallOptions): Promise<void>
  /** Adds these tags, or replaces their values. */
  tag(
    location: string,
    volumeId: string,
    tags: Readonly<Record<string, string>>,
    options?: CallOptions,
  ): Promise<void>
}
