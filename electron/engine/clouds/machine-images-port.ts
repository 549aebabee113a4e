import type { Architecture } from '../../../shared/model/clouds.ts'
import type { CallOptions } from './call-options.ts'

/** An image of the account, with what making, copying and removing it needs to know. */
export interface MachineImage {
  cloudImageId: string
  name: string
  description: string
  ownerId: string
  state: 'pending' | 'available' | 'failed' | 'gone'
  /** The cloud's own words for why it failed, or null. */
  stateReason: string | null
  architecture: Architecture
  rootDeviceName: string | null
  /** The snapshots that hold its disks; empty while the cloud has not said. */
  snapshotIds: string[]
  sizeGb: number | null
  createdAt: string | null
  tags: Readonly<Record<string, string>>
}

/**
 * Making images of instances, copying them to other locations, and taking them away again. What is made carries the given
 * tags, its snapshots too, so that a call whose answer was lost is found again by `byTag`.
 */
export interface MachineImages {
  /**
   * An image of an instance's root disk as it is now, and with `attachedVolumes` of its other volumes, which then go with
   * each instance launched from it. `reboot`: the cloud restarts it, so that its files are whole.
   */
  create(
    location: string,
    image: {
      instanceId: string
      name: string
      description: string
      reboot: boolean
      attachedVolumes: boolean
      tags: Readonly<Record<string, string>>
    },
    options?: CallOptions,
  ): Promise<{ cloudImageId: string }>
  /** A copy in `location` of an image of `sourceLocation`. The same token never makes a second one. */
  copy(
    location: string,
    image: {
      clientToken: string
      sourceLocation: string
      cloudImageId: string
      name: string
      description: string
      tags: Readonly<Record<string, string>>
    },
    options?: CallOptions,
  ): Promise<{ cloudImageId: string }>
  /** The size of an instance's root disk, or null when the cloud does not tell. */
  rootSizeGib(location: string, instanceId: string, options?: CallOptions): Promise<number | null>
  /** The named ones; those that the cloud does not know are left out. */
  byId(location: string, cloudImageIds: readonly string[], options?: CallOptions): Promise<MachineImage[]>
  /** The account's own ones that carry the tag, in every state. */
  byTag(location: string, tag: { key: string; value: string }, options?: CallOptions): Promise<MachineImage[]>
  /** How far the snapshots of a pending image are, in percent; null when the cloud does not say. */
  progress(location: string, snapshotIds: readonly string[], options?: CallOptions): Promise<number | null>
  /** The image can no longer be launched; its snapshots stay. One that the cloud does not know is gone already. */
  deregister(location: string, cloudImageId: string, options?: CallOptions): Promise<void>
  /** Answers those that the cloud keeps because something else uses them. */
  deleteSnapshots(
    location: string,
    snapshotIds: readonly string[],
    options?: CallOptions,
  ): Promise<{ kept: { snapshotId: string; reason: string }[] }>
}
