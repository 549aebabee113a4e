import type { CloudProperties } from '../../../shared/model/server-properties.ts'
import type { CallOptions } from './call-options.ts'

/** What can be read of and changed on one instance besides its power. Failures are as everywhere in the port. */
export interface InstanceControlPort {
  /** Everything about one instance, now. Throws `cloud.not_found`. */
  properties(location: string, id: string, options?: CallOptions): Promise<CloudProperties>
  /** While it is on, the cloud refuses to terminate the instance. */
  setTerminationProtection(location: string, id: string, isOn: boolean, options?: CallOptions): Promise<void>
  /** Only a stopped instance takes another type. */
  changeType(location: string, id: string, instanceType: string, options?: CallOptions): Promise<void>
  /** Exactly these groups, in whatever state the instance is. */
  setSecurityGroups(
    location: string,
    id: string,
    groupIds: readonly string[],
    options?: CallOptions,
  ): Promise<void>
  /** The administrator password of a Windows instance, encrypted for its key pair (base64); null while there is none yet. */
  encryptedPassword(location: string, id: string, options?: CallOptions): Promise<string | null>
  /** Stops without asking the operating systems, for those that hang. */
  forceStop(location: string, ids: string[], options?: CallOptions): Promise<void>
}
