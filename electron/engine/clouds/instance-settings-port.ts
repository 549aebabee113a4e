import type { CloudProperties } from '../../../shared/model/server-properties.ts'
import type { CallOptions } from './call-options.ts'

/** What can be read of and changed on one instance besides its power. */
export interface InstanceSettingsPort {
  /** Everything about one instance, now. Throws `cloud.not_found`. */
  get(location: string, id: string, options?: CallOptions): Promise<CloudProperties>
  /** Only a stopped instance takes another type. */
  setType(location: string, id: string, instanceType: string, options?: CallOptions): Promise<void>
  /** Exactly these groups, in whatever state the instance is. */
  setSecurityGroups(
    location: string,
    id: string,
    groupIds: readonly string[],
    options?: CallOptions,
  ): Promise<void>
  /** While it is on, the cloud refuses to terminate the instance: `cloud.refused` with refusal `protected`. */
  setTerminationProtection(location: string, id: string, isOn: boolean, options?: CallOptions): Promise<void>
  /** The size of its root disk, or null when the cloud does not tell. */
  rootDiskGib(location: string, id: string, options?: CallOptions): Promise<number | null>
  /** The administrator password of a Windows instance, encrypted for its key pair (base64); null while there is none yet. */
  encryptedPassword(location: string, id: string, options?: CallOptions): Promise<string | null>
}
