import type { Zone } from '../../../shared/model/clouds.ts'
import type { CallOptions } from './call-options.ts'

/** The zones of a location. */
export interface ZonesPort {
  /** By name. */
  list(location: string, options?: CallOptions): Promise<Zone[]>
}
