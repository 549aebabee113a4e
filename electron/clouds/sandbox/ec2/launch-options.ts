import { isInside } from '../../../../shared/logic/addresses/subnet-place.ts'
import { type InstanceTypeFacts, instanceProfiles, type SubnetFacts, subnetsOf } from '../catalog.ts'
import { CloudError } from '../http/cloud-error.ts'
import type { Params } from '../http/params.ts'
import { settled } from '../life.ts'
import type { InstanceRecord } from '../state/records.ts'
import type { Call, CloudState } from './action.ts'
import { placementGroupNamed } from './placement-groups.ts'
import { hourlyPrice } from './prices.ts'

/** What a spot instance costs of its on-demand price, while nothing raises it. */
const SPOT_SHARE = 0.3

/** What a launch says besides image, type, key, groups and disks. */
export type LaunchOptions = Pick<
  InstanceRecord,
  | 'profile'
  | 'tenancy'
  | 'placementGroup'
  | 'ebsOptimized'
  | 'isMonitored'
  | 'cpuCredits'
  | 'cpu'
  | 'shutdownBehavior'
  | 'terminationProtected'
> & { spot: { maxPrice: number | null } | null }

/** Reads and checks them. Refuses as EC2 does. */
export function readLaunchOptions(state: CloudState, call: Call, type: InstanceTypeFacts): LaunchOptions {
  const { params } = call
  const group = params.text('Placement.GroupName')
  const credits = params.text('CreditSpecification.CpuCredits')
  if (credits !== undefined && !type.burstable) {
    throw new CloudError(
      'InvalidParameterCombination',
      `The T2/T3 CreditSpecification is not supported for the instance type ${type.name}.`,
    )
  }
  return {
    profile: readProfile(state, params.within('IamInstanceProfile')),
    tenancy: choice(params, 'Placement.Tenancy', ['default', 'dedicated']) ?? 'default',
    placementGroup: group === undefined ? null : placementGroupNamed(state, call.region, group).name,
    ebsOptimized: params.flag('EbsOptimized') === true,
    isMonitored: params.flag('Monitoring.Enabled') === true,
    cpuCredits: choice(params, 'CreditSpecification.CpuCredits', ['standard', 'unlimited']) ?? null,
    cpu: readCpu(params, type),
    spot: readSpot(state, params, type),
    shutdownBehavior: choice(params, 'InstanceInitiatedShutdownBehavior', ['stop', 'terminate']) ?? 'stop',
    terminationProtected: params.flag('DisableApiTermination') === true,
  }
}

function choice<const Value extends string>(
  params: Params,
  name: string,
  values: readonly Value[],
): Value | undefined {
  const text = params.text(name)
  const found = values.find((value) => value === text)
  if (text === undefined || found !== undefined) return found
  throw new CloudError(
    'InvalidParameterValue',
    `Value (${text}) for parameter ${name} is invalid. Expecting one of ${values.join(', ')}.`,
  )
}

function readCpu(params: Params, type: InstanceTypeFacts): InstanceRecord['cpu'] {
  const [cores, threads] = [params.text('CpuOptions.CoreCount'), params.text('CpuOptions.ThreadsPerCore')]
  if (cores === undefined && threads === undefined) return null
  if (cores === undefined || threads === undefined) {
    throw new CloudError(
      'InvalidParameterCombination',
      'You must specify both CoreCount and ThreadsPerCore in the CpuOptions.',
    )
  }
  const most = type.vcpus / type.cores
  const asked = { cores: Number(cores), threadsPerCore: Number(threads) }
  if (!(
    asked.cores >= 1 &&
    asked.cores <= type.cores &&
    asked.threadsPerCore >= 1 &&
    asked.threadsPerCore <= most
  )) {
    throw new CloudError(
      'InvalidParameterValue',
      `CpuOptions CoreCount ${cores} and ThreadsPerCore ${threads} are not valid for the instance type ${type.name}.`,
    )
  }
  return asked
}

function readProfile(state: CloudState, params: Params): string | null {
  const name = params.text('Name')
  const arn = params.text('Arn')
  if (name === undefined && arn === undefined) return null
  const own = `arn:aws:iam::${state.store.account?.accountId ?? ''}:instance-profile/`
  const found = instanceProfiles.find((known) => known === name || own + known === arn)
  if (found !== undefined) return found
  throw new CloudError(
    'InvalidParameterValue',
    `Value (${arn ?? name ?? ''}) for parameter iamInstanceProfile.${arn === undefined ? 'name' : 'arn'} is invalid. Invalid IAM Instance Profile ${arn === undefined ? 'name' : 'ARN'}`,
  )
}

function readSpot(
  state: CloudState,
  params: Params,
  type: InstanceTypeFacts,
): { maxPrice: number | null } | null {
  const market = params.text('InstanceMarketOptions.MarketType')
  if (market === undefined) return null
  if (market !== 'spot') {
    throw new CloudError('InvalidParameterValue', `Value (${market}) for parameter MarketType is invalid.`)
  }
  const onDemand = hourlyPrice(type, 0)
  const price = onDemand * SPOT_SHARE * state.faults.spotPriceFactor()
  const text = params.text('InstanceMarketOptions.SpotOptions.MaxPrice')
  const maxPrice = text === undefined ? null : Number(text)
  if (maxPrice !== null && !(maxPrice > 0)) {
    throw new CloudError('InvalidParameterValue', `Value (${text ?? ''}) for parameter MaxPrice is invalid.`)
  }
  if ((maxPrice ?? onDemand) < price) {
    throw new CloudError(
      'SpotMaxPriceTooLow',
      `Your Spot request price of ${maxPrice ?? onDemand} is lower than the minimum required Spot request fulfillment price of ${price.toFixed(4)}.`,
    )
  }
  return { maxPrice }
}

/** What a launch says about the network. */
export interface LaunchNetwork {
  subnet: SubnetFacts | undefined
  hasPublicAddress: boolean | undefined
  privateAddress: string | undefined
}

/** The network part of a launch: of the first network interface when there is one, else of the call itself. */
export function readLaunchNetwork({ params, region }: Call): LaunchNetwork {
  const [face] = params.groups('NetworkInterface')
  if (face && (params.has('SubnetId') || params.has('SecurityGroupId') || params.has('PrivateIpAddress'))) {
    throw new CloudError(
      'InvalidParameterCombination',
      'Network interfaces and an instance-level subnet ID, security groups or private address may not be specified on the same request',
    )
  }
  const subnetId = (face ?? params).text('SubnetId')
  const subnet = subnetsOf(region).find(({ id }) => id === subnetId)
  if (subnetId !== undefined && !subnet) {
    throw new CloudError('InvalidSubnetID.NotFound', `The subnet ID '${subnetId}' does not exist`)
  }
  return {
    subnet,
    hasPublicAddress: face?.flag('AssociatePublicIpAddress'),
    privateAddress: (face ?? params).text('PrivateIpAddress'),
  }
}

/** Refuses a private address that the subnet does not have to give. */
export function checkPrivateAddress(
  state: CloudState,
  call: Call,
  address: string,
  subnet: SubnetFacts,
  count: number,
): void {
  if (count > 1) {
    throw new CloudError(
      'InvalidParameterCombination',
      'A private IP address can be specified for a single instance only',
    )
  }
  if (!isInside(address, subnet.cidr)) {
    throw new CloudError(
      'InvalidParameterValue',
      `Address ${address} does not fall within the subnet's address range`,
    )
  }
  const holder = [...state.store.instances.values()].find(
    (instance) =>
      instance.subnetId === subnet.id &&
      (instance.privateAddress ?? instance.address) === address &&
      settled(instance, call.now).state !== 'terminated',
  )
  if (holder) throw new CloudError('InvalidIPAddress.InUse', `Address ${address} is in use.`)
}
