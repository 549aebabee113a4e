import type { Architecture, CloudImage } from '../../../shared/model/clouds.ts'
import type { CallOptions, CloudTag, CloudTags } from './call-options.ts'

/** An image with what making, copying and removing it needs to know. */
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
  tags: CloudTags
}

/**
 * What instances are launched from: finding images of anybody, and making, copying and taking away the account's own. What is
 * made carries the given tags, its snapshots too, so that a call whose answer was lost is found again by `listByTag`.
 */
export interface ImagesPort {
  /** Images of anybody that may be launched. */
  search(
    location: string,
    query: { owner?: string; namePattern?: string; cloudImageIds?: readonly string[] },
    options?: CallOptions,
  ): Promise<CloudImage[]>
  listById(location: string, cloudImageIds: readonly string[], options?: CallOptions): Promise<MachineImage[]>
  /** The account's own ones that carry the tag, in every state. */
  listByTag(location: string, tag: CloudTag, options?: CallOptions): Promise<MachineImage[]>
  /**
   * An image of an instance's root disk as it is now, and with `attachedVolumes` of its other volumes, which then go with
   * each instance launched from it. `reboot`: the cloud restarts it, so that its files are whole. Throws `cloud.refused` with
   * refusal `name-taken` or `wrong-state`, `cloud.not_found` when the instance is gone.
   */
  create(
    location: string,
    image: {
      instanceId: string
      name: string
      description: string
      reboot: boolean
      attachedVolumes: boolean
      tags: CloudTags
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
      tags: CloudTags
    },
    options?: CallOptions,
  ): Promise<{ cloudImageId: string }>
  /** It can no longer be launched; its snapshots stay. */
  delete(location: string, cloudImageId: string, options?: CallOptions): Promise<void>
}
