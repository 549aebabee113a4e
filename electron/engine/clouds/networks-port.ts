import type { Subnet, Vpc } from '../../../shared/model/clouds.ts'
import type { CallOptions } from './call-options.ts'

/** The networks of a location. */
export interface NetworksPort {
  /** All of the account, the default one first. */
  list(location: string, options?: CallOptions): Promise<Vpc[]>
  /** All subnets of the account's networks, by network and zone. */
  listSubnets(location: string, options?: CallOptions): Promise<Subnet[]>
}
