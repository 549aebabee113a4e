import type { CallOptions } from './call-options.ts'

/** What the cloud checks of instances by itself. */
export interface InstanceHealthPort {
  /** Whether each instance passes the cloud's own checks; one that it does not tell of (yet) is left out. */
  listById(location: string, ids: readonly string[], options?: CallOptions): Promise<Map<string, boolean>>
}
