import type { Architecture } from '../../../shared/model/clouds.ts'
import type { InstanceState } from '../../../shared/model/servers.ts'
import type { CallOptions, CloudTag, CloudTags } from './call-options.ts'
import type { LaunchRequest } from './launch-request.ts'

/** An instance as the cloud describes it. */
export interface CloudInstance {
  id: string
  state: InstanceState
  /** The cloud's own words for why it is in this state, or null. */
  stateReason: string | null
  /** Position in the call that launched it, from 0. */
  launchPosition: number
  clientToken: string | null
  launchedAt: string | null
  instanceType: string
  architecture: Architecture
  /** A spot instance: the cloud may take it back. */
  isSpot: boolean
  imageId: string
  platform: 'linux' | 'windows'
  /** The same as the cloud bills it, in its words: `Linux/UNIX`, `Red Hat Enterprise Linux`. */
  platformDetails: string
  /** Where its root disk is; null while the cloud does not say. */
  rootDevice: 'ebs' | 'instance-store' | null
  keyName: string | null
  zone: string | null
  vpcId: string | null
  subnetId: string | null
  publicIp: string | null
  privateIp: string | null
  hostname: string | null
  securityGroups: { id: string; name: string }[]
  tags: CloudTags
}

/** Machines, whoever launched them. */
export interface InstancesPort {
  /** All of the account, whoever launched them; terminated ones are left out. */
  list(location: string, options?: CallOptions): Promise<CloudInstance[]>
  /** All that carry the tag, in every state that the cloud still lists. */
  listByTag(location: string, tag: CloudTag, options?: CallOptions): Promise<CloudInstance[]>
  listById(location: string, ids: readonly string[], options?: CallOptions): Promise<CloudInstance[]>
  /** Launches up to `count` (at least one) and answers those made, by launch position. */
  launch(location: string, request: LaunchRequest, options?: CallOptions): Promise<CloudInstance[]>
  start(location: string, ids: readonly string[], options?: CallOptions): Promise<void>
  stop(location: string, ids: readonly string[], options?: CallOptions): Promise<void>
  /** Stops without asking the operating systems, for those that hang. */
  forceStop(location: string, ids: readonly string[], options?: CallOptions): Promise<void>
  reboot(location: string, ids: readonly string[], options?: CallOptions): Promise<void>
  /** Those that are gone already are fine. */
  terminate(location: string, ids: readonly string[], options?: CallOptions): Promise<void>
  /** Serial console text, empty when there is none yet. */
  consoleOutput(
    location: string,
    id: string,
    options?: CallOptions,
  ): Promise<{ text: string; at: string | null }>
  /** Adds tags or replaces their values. */
  tag(location: string, id: string, tags: CloudTags, options?: CallOptions): Promise<void>
  /** Takes tags off, whatever their values. */
  untag(location: string, id: string, keys: readonly string[], options?: CallOptions): Promise<void>
}
