import type { Clock, Log } from '../../engine/ports.ts'
import type { CloudProvider } from '../../engine/clouds/index.ts'
import { AwsAddresses } from './addresses.ts'
import { AwsClients } from './aws-clients.ts'
import { AwsImages } from './images.ts'
import { AwsInstanceHealth } from './instance-health.ts'
import { AwsInstanceSettings } from './instance-settings.ts'
import { AwsInstanceTypes } from './instance-types.ts'
import { AwsInstances } from './instances.ts'
import { AwsKeyPairs } from './key-pairs.ts'
import { AwsNetworks } from './networks.ts'
import { AwsPrices } from './prices.ts'
import { RateBudgets } from './rate-budget.ts'
import { AwsSecurityGroups } from './security-groups.ts'
import { type AwsSignIn, SignIn } from './sign-in.ts'
import { AwsSnapshots } from './snapshots.ts'
import { AwsVolumes } from './volumes.ts'
import { AwsZones } from './zones.ts'

/** What an AWS account is opened with. */
export interface AwsProviderOptions {
  signIn: AwsSignIn
  /** Another endpoint than AWS's own, for EC2 and STS; null for AWS. */
  endpoint: string | null
  clock: Clock
  log: Log
  /** Shared by the clouds of an engine: those of the same account use the same calls. A budget of its own without it. */
  budgets?: RateBudgets
  /** The account as it was last told. */
  accountId?: string | null
  /** Instances in one page of a list, 5 to 1000; 1000 unless told otherwise. */
  pageSize?: number
}

/** An account of AWS, or of anything that speaks the EC2 Query API. Asks nothing until it is called. */
export function createAwsProvider(options: AwsProviderOptions): CloudProvider {
  const { signIn, endpoint, clock, log, pageSize } = options
  const clients = new AwsClients({
    signIn: new SignIn(signIn, clock),
    endpoint,
    clock,
    log,
    budgets: options.budgets ?? new RateBudgets(clock),
    accountId: options.accountId ?? null,
  })
  return {
    zones: new AwsZones(clients),
    instanceTypes: new AwsInstanceTypes(clients),
    prices: new AwsPrices(clients),
    networks: new AwsNetworks(clients),
    securityGroups: new AwsSecurityGroups(clients, clock),
    keyPairs: new AwsKeyPairs(clients),
    images: new AwsImages(clients),
    instances: new AwsInstances(clients, pageSize),
    instanceSettings: new AwsInstanceSettings(clients),
    instanceHealth: new AwsInstanceHealth(clients),
    addresses: new AwsAddresses(clients),
    volumes: new AwsVolumes(clients, pageSize),
    snapshots: new AwsSnapshots(clients, pageSize),
    identity: (location, options) => clients.identity(location, options),
    apiUse: (location) => clients.apiUse(location),
    close: () => clients.close(),
  }
}
