import type { CloudSnapshot } from '../../../shared/model/volumes.ts'
import type { CallOptions, CloudTag, CloudTags } from './call-options.ts'

/** Snapshots of a cloud's volumes. */
export interface SnapshotsPort {
  /** Those of the account. */
  list(location: string, options?: CallOptions): Promise<CloudSnapshot[]>
  /** Those of the account, and those that others let it or everybody use. */
  listShared(location: string, options?: CallOptions): Promise<CloudSnapshot[]>
  listById(location: string, ids: readonly string[], options?: CallOptions): Promise<CloudSnapshot[]>
  /** The account's own ones that carry the tag. */
  listByTag(location: string, tag: CloudTag, options?: CallOptions): Promise<CloudSnapshot[]>
  /**
   * Resolves while the snapshot is still being made. The cloud knows no token for it: a caller that may have asked before
   * looks for its tag first.
   */
  create(
    location: string,
    snapshot: { volumeId: string; description: string; tags: CloudTags },
    options?: CallOptions,
  ): Promise<CloudSnapshot>
  /** Throws `cloud.refused` with refusal `in-use` while an image uses it. */
  delete(location: string, id: string, options?: CallOptions): Promise<void>
}
