import type { Subnet, Vpc } from '../../../shared/model/clouds.ts'
import type { CallOptions } from './call-options.ts'

/** The networks of a location. */
export interface NetworksPort {
  /** All VPCs of the account, the default one first. */
  vpcs(location: string, options?: CallOptions): Promise<Vpc[]>
  /** All subnets of the account's VPCs, by VPC and zone. */
  subnets(location: string, options?: CallOptions): Promise<Subnet[]>
}
