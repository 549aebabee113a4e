import type { ApiUse } from '../../../shared/model/cloud-activity.ts'
import type { AddressesPort } from './addresses-port.ts'
import type { CallOptions } from './call-options.ts'
import type { ImagesPort } from './images-port.ts'
import type { InstanceHealthPort } from './instance-health-port.ts'
import type { InstanceSettingsPort } from './instance-settings-port.ts'
import type { InstanceTypesPort } from './instance-types-port.ts'
import type { InstancesPort } from './instances-port.ts'
import type { KeyPairsPort } from './key-pairs-port.ts'
import type { NetworksPort } from './networks-port.ts'
import type { PricesPort } from './prices-port.ts'
import type { SecurityGroupsPort } from './security-groups-port.ts'
import type { SnapshotsPort } from './snapshots-port.ts'
import type { VolumesPort } from './volumes-port.ts'
import type { ZonesPort } from './zones-port.ts'

/**
 * What Farmhand needs of a cloud account, noun by noun. One provider serves one account; every call names its location.
 *
 * - Names: `list…` answers whole lists, all pages, or fails; of those named by id it leaves out what the cloud does not know.
 *   `get` throws `cloud.not_found`. `delete` takes what is gone already for deleted. `ensure` makes what is missing.
 * - Failures are AppErrors: `cloud.credentials`, `cloud.unreachable`, `cloud.throttled`, `cloud.capacity`, `cloud.quota`,
 *   `cloud.not_found`, `cloud.wrong_location`, `cloud.bad_answer`, else `cloud.refused`; `retryable` follows the cloud's
 *   contract. `details.refusal` says in our words why, where something is decided by it; the cloud's own words are for people.
 * - Calls retry inside (adaptive, jittered, bounded) only what the cloud says may be retried.
 */
export interface CloudProvider {
  readonly zones: ZonesPort
  readonly instanceTypes: InstanceTypesPort
  readonly prices: PricesPort
  readonly networks: NetworksPort
  readonly securityGroups: SecurityGroupsPort
  readonly keyPairs: KeyPairsPort
  readonly images: ImagesPort
  readonly instances: InstancesPort
  readonly instanceSettings: InstanceSettingsPort
  readonly instanceHealth: InstanceHealthPort
  readonly addresses: AddressesPort
  readonly volumes: VolumesPort
  readonly snapshots: SnapshotsPort

  /** Who we are signed in as. */
  identity(location: string, options?: CallOptions): Promise<{ accountId: string }>
  /** What was used of the calls that the account may make in a location; asks nothing. */
  apiUse(location: string): ApiUse
  /** Ends connections. */
  close(): void
}
