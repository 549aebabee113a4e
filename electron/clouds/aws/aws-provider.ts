import type { Clock, Log } from '../../engine/ports.ts'
import type { CloudProvider, CloudSignIn } from '../../engine/clouds/index.ts'
import { AwsAddresses } from './addresses.ts'
import { AwsClients } from './aws-clients.ts'
import { AwsDiscovery } from './discovery.ts'
import { AwsInstanceControl } from './instance-control.ts'
import { AwsInstanceHealth } from './instance-health.ts'
import { AwsInstances } from './instances.ts'
import { AwsKeyPairs } from './key-pairs.ts'
import { AwsNetworks } from './networks.ts'
import { AwsMachineImages } from './machine-images.ts'
import { AwsOffers } from './offers.ts'
import { AwsPrices } from './prices.ts'
import { RateBudgets } from './rate-budget.ts'
import { AwsSecurityGroupRules } from './security-group-rules.ts'
import { AwsSecurityGroups } from './security-groups.ts'
import { SignIn } from './sign-in.ts'
import { AwsSnapshots } from './snapshots.ts'
import { AwsVolumes } from './volumes.ts'

/** What an AWS account is opened with. */
export interface AwsProviderOptions {
  signIn: CloudSignIn
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
  const instances = new AwsInstances(clients, pageSize)
  const offers = new AwsOffers(clients)
  const keyPairs = new AwsKeyPairs(clients)
  const groups = new AwsSecurityGroups(clients, clock)
  return {
    networks: new AwsNetworks(clients),
    addresses: new AwsAddresses(clients),
    health: new AwsInstanceHealth(clients),
    identity: (location, options) => clients.identity(location, options),
    zones: (location, options) => offers.zones(location, options),
    instanceTypes: (location, options) => offers.instanceTypes(location, options),
    findImages: (location, query, options) => offers.images(location, query, options),
    instancesByTag: (location, tag, options) => instances.byTag(location, tag, options),
    instancesById: (location, ids, options) => instances.byId(location, ids, options),
    launch: (location, request, options) => instances.launch(location, request, options),
    terminate: (location, ids, options) => instances.terminate(location, ids, options),
    stop: (location, ids, options) => instances.stop(location, ids, options),
    start: (location, ids, options) => instances.start(location, ids, options),
    reboot: (location, ids, options) => instances.reboot(location, ids, options),
    consoleOutput: (location, id, options) => instances.console(location, id, options),
    importKeyPair: (location, key, options) => keyPairs.import(location, key, options),
    deleteKeyPair: (location, name, options) => keyPairs.delete(location, name, options),
    ensureSecurityGroup: (location, group, options) => groups.ensure(location, group, options),
    deleteSecurityGroup: (location, groupId, options) => groups.delete(location, groupId, options),
    securityGroups: (location, options) => groups.list(location, options),
    securityGroupsByTag: (location, tag, options) => groups.byTag(location, tag, options),
    machineImages: new AwsMachineImages(clients),
    discovery: new AwsDiscovery(clients, pageSize),
    volumes: new AwsVolumes(clients, pageSize),
    snapshots: new AwsSnapshots(clients, pageSize),
    prices: new AwsPrices(clients),
    instanceControl: new AwsInstanceControl(clients),
    securityGroupRules: new AwsSecurityGroupRules(clients),
    apiUse: (location) => clients.apiUse(location),
    close: () => clients.close(),
  }
}
