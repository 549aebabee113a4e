import type { ApiUse } from '../../../shared/model/cloud-activity.ts'
import type { CloudImage, InstanceType, SecurityGroupRef, Zone } from '../../../shared/model/clouds.ts'
import type { AddressesPort } from './addresses-port.ts'
import type { NetworksPort } from './networks-port.ts'
import type { InstanceState } from '../../../shared/model/servers.ts'
import type { Secret } from '../../../shared/model/secret.ts'
import type { CallOptions } from './call-options.ts'
import type { CloudDiscovery } from './discovery-port.ts'
import type { InstanceControlPort } from './instance-control-port.ts'
import type { InstanceHealthPort } from './instance-health-port.ts'
import type { LaunchRequest } from './launch-request.ts'
import type { MachineImages } from './machine-images-port.ts'
import type { CloudPrices } from './prices-port.ts'
import type { CloudSecurityGroupRules } from './security-group-rules-port.ts'
import type { SnapshotsPort } from './snapshots-port.ts'
import type { VolumesPort } from './volumes-port.ts'

export type { CallOptions } from './call-options.ts'
export type { LaunchRequest } from './launch-request.ts'

/** An instance as the cloud describes it. */
export interface CloudInstance {
  id: string
  state: InstanceState
  /** Position in the call that launched it, from 0. */
  launchPosition: number
  clientToken: string | null
  zone: string | null
  subnetId: string | null
  instanceType: string
  /** A spot instance: the cloud may take it back. */
  isSpot: boolean
  imageId: string
  platform: 'linux' | 'windows'
  /** Where its root disk is; null while the cloud does not say. */
  rootDevice: 'ebs' | 'instance-store' | null
  keyName: string | null
  publicIp: string | null
  privateIp: string | null
  hostname: string | null
  securityGroupIds: string[]
  tags: Readonly<Record<string, string>>
  launchedAt: string | null
  /** The cloud's own words for why it is in this state, or null. */
  stateReason: string | null
}

export interface IngressRule {
  protocol: 'tcp' | 'udp' | 'icmp' | 'all'
  fromPort: number
  toPort: number
  /** A CIDR block, or the group itself. */
  source: { cidr: string } | { self: true }
}

/**
 * What Farmhand needs of a cloud account. One provider serves one account; every call names its location. Failures are
 * AppErrors: `cloud.credentials`, `cloud.unreachable`, `cloud.throttled`, `cloud.capacity`, `cloud.quota`,
 * `cloud.not_found`, `cloud.wrong_location`, `cloud.bad_answer`, else `cloud.refused`; `retryable` follows the cloud's
 * contract. Calls retry inside (adaptive, jittered, bounded) only what the cloud says may be retried.
 */
export interface CloudProvider {
  /** VPCs and subnets. */
  readonly networks: NetworksPort
  /** The cloud's own checks of instances. */
  readonly health: InstanceHealthPort
  /** Elastic IPs. */
  readonly addresses: AddressesPort

  /** Who we are signed in as. */
  identity(location: string, options?: CallOptions): Promise<{ accountId: string }>
  zones(location: string, options?: CallOptions): Promise<Zone[]>
  instanceTypes(location: string, options?: CallOptions): Promise<InstanceType[]>
  securityGroups(location: string, options?: CallOptions): Promise<SecurityGroupRef[]>
  findImages(
    location: string,
    query: { owner?: string; namePattern?: string; cloudImageIds?: string[] },
    options?: CallOptions,
  ): Promise<CloudImage[]>

  /**
   * All instances that carry the tag, in every state that the cloud still lists, all pages. A page that the cloud fails to
   * give makes the call fail: a partial list is never answered.
   */
  instancesByTag(
    location: string,
    tag: { key: string; value: string },
    options?: CallOptions,
  ): Promise<CloudInstance[]>
  /** The named ones; those that the cloud does not know are left out. */
  instancesById(location: string, ids: string[], options?: CallOptions): Promise<CloudInstance[]>
  /** Launches up to `count` (at least one) and answers those made, by launch position. */
  launch(location: string, request: LaunchRequest, options?: CallOptions): Promise<CloudInstance[]>
  terminate(location: string, ids: string[], options?: CallOptions): Promise<void>
  stop(location: string, ids: string[], options?: CallOptions): Promise<void>
  start(location: string, ids: string[], options?: CallOptions): Promise<void>
  reboot(location: string, ids: string[], options?: CallOptions): Promise<void>
  /** Serial console text, empty when there is none yet. */
  consoleOutput(
    location: string,
    id: string,
    options?: CallOptions,
  ): Promise<{ text: string; at: string | null }>

  /** Makes sure that the key pair exists with this public key; an existing one with another key is replaced. */
  importKeyPair(
    location: string,
    key: { name: string; publicKey: string; tags: Readonly<Record<string, string>> },
    options?: CallOptions,
  ): Promise<void>
  deleteKeyPair(location: string, name: string, options?: CallOptions): Promise<void>

  /** The group with this name in the VPC (none: the default one) with at least these rules, made when missing; answers its id. */
  ensureSecurityGroup(
    location: string,
    group: {
      name: string
      vpcId?: string | null
      description: string
      rules: IngressRule[]
      tags: Readonly<Record<string, string>>
    },
    options?: CallOptions,
  ): Promise<{ id: string; created: boolean }>
  /** False when something still uses it; true when it is gone. */
  deleteSecurityGroup(location: string, groupId: string, options?: CallOptions): Promise<boolean>
  /** Groups that carry the tag. */
  securityGroupsByTag(
    location: string,
    tag: { key: string; value: string },
    options?: CallOptions,
  ): Promise<SecurityGroupRef[]>

  readonly machineImages: MachineImages
  readonly discovery: CloudDiscovery
  readonly volumes: VolumesPort
  readonly snapshots: SnapshotsPort
  readonly prices: CloudPrices
  readonly instanceControl: InstanceControlPort
  readonly securityGroupRules: CloudSecurityGroupRules

  /** What was used of the calls that the account may make in a location; asks nothing. */
  apiUse(location: string): ApiUse

  /** Ends connections. */
  close(): void
}

/** How a provider signs in. */
export type CloudSignIn =
  | { kind: 'profile'; profile: string; homeDir: string; env: Readonly<Record<string, string | undefined>> }
  | { kind: 'keys'; accessKeyId: string; secretAccessKey: Secret; sessionToken?: Secret }
