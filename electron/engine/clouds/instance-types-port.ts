import type { InstanceType } from '../../../shared/model/clouds.ts'
import type { CallOptions } from './call-options.ts'

/** The sizes of instances that a location offers. */
export interface InstanceTypesPort {
  /** By name; those that run none of Farmhand's architectures are left out. */
  list(location: string, options?: CallOptions): Promise<InstanceType[]>
}
