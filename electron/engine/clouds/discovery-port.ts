import type { Architecture } from '../../../shared/model/clouds.ts'
import type { InstanceState } from '../../../shared/model/servers.ts'
import type { CallOptions } from './call-options.ts'

/** An instance with what a person wants to know before taking it over. */
export interface InstanceDetails {
  id: string
  state: InstanceState
  zone: string | null
  instanceType: string
  imageId: string
  keyName: string | null
  publicIp: string | null
  privateIp: string | null
  hostname: string | null
  tags: Readonly<Record<string, string>>
  launchedAt: string | null
  architecture: Architecture
  /** `Linux/UNIX`, `Windows`, … in the cloud's words. */
  platform: string
  vpcId: string | null
  subnetId: string | null
  securityGroups: { id: string; name: string }[]
}

/** Everything that runs in the account, whoever launched it, and the tags by which Farmhand makes it its own. */
export interface CloudDiscovery {
  /** All instances of the location, all pages, terminated ones left out. */
  instances(location: string, options?: CallOptions): Promise<InstanceDetails[]>
  /** Adds or replaces tags of an instance. */
  tag(
    location: string,
    instanceId: string,
    tags: Readonly<Record<string, string>>,
    options?: CallOptions,
  ): Promise<void>
  /** Takes tags off an instance, whatever their values. */
  untag(location: string, instanceId: string, keys: readonly string[], options?: CallOptions): Promise<void>
}
