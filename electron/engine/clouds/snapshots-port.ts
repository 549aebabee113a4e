import type { CloudSnapshot } from '../../../shared/model/volumes.ts'
import type { CallOptions } from './call-options.ts'

/** Snapshots of a cloud's volumes. Lists are whole: all pages, or the call fails. */
export interface SnapshotsPort {
  /** Those of the account, or with `shared` also those that others let everybody use. */
  list(location: string, query?: { shared?: boolean }, options?: CallOptions): Promise<CloudSnapshot[]>
  /** The named ones; those that the cloud does not know are left out. */
  byId(location: string, ids: readonly string[], options?: CallOptions): Promise<CloudSnapshot[]>
  byTag(
    location: string,
    tag: { key: string; value: string },
    options?: CallOptions,
  ): Promise<CloudSnapshot[]>
  /**
   * Resolves while the snapshot is still being made. The cloud knows no token for it: a caller that may have asked before
   * looks for its tag first.
   */
  create(
    location: string,
    request: { volumeId: string; description: string; tags: Readonly<Record<string, string>> },
    options?: CallOptions,
  ): Promise<CloudSnapshot>
  /** One that is gone is fine. Throws `cloud.refused` while an image uses it. */
  delete(location: string, snapshotId: string, options?: CallOptions): Promise<void>
}
