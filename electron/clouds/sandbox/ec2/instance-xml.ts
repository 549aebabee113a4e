import { type InstanceTypeFacts, instanceTypeOf, subnetsOf, vpcOf } from '../catalog.ts'
import type { XmlValue } from '../http/xml.ts'
import { fixedId } from '../ids.ts'
import { stateCodes } from '../life.ts'
import type { InstanceRecord, InstanceStateName } from '../state/records.ts'
import type { CloudState, Reply } from './action.ts'
import { platformOf } from './image-lookup.ts'
import { tagSetXml } from './tag-sets.ts'
import { volumesOfInstance } from './volume-lookup.ts'
import { blockDevicesXml } from './volume-xml.ts'

export function stateXml(state: InstanceStateName): XmlValue {
  return { code: stateCodes[state], name: state }
}

/** Instances of one reservation with what they share. */
export function reservationXml(state: CloudState, instances: readonly InstanceRecord[]): Reply {
  return {
    reservationId: instances[0]?.reservationId,
    ownerId: state.store.account?.accountId,
    groupSet: [],
    instancesSet: instances.map((instance) => instanceXml(state, instance)),
  }
}

/** Instances by reservation, in the order in which they come. */
export function reservationSetXml(state: CloudState, instances: readonly InstanceRecord[]): XmlValue {
  const reservations = new Map<string, InstanceRecord[]>()
  for (const instance of instances) {
    const together = reservations.get(instance.reservationId)
    if (together) together.push(instance)
    else reservations.set(instance.reservationId, [instance])
  }
  return [...reservations.values()].map((together) => reservationXml(state, together))
}

function instanceXml(state: CloudState, instance: InstanceRecord): XmlValue {
  const isGone = instance.state === 'terminated'
  const now = state.clock.now()
  const isUp = instance.state === 'running' || instance.state === 'stopping'
  const type = instanceTypeOf(instance.instanceType)
  const isWindows = platformOf(state, instance.imageId) === 'windows'
  return {
    instanceId: instance.id,
    imageId: instance.imageId,
    instanceState: stateXml(instance.state),
    privateDnsName: isGone
      ? ''
      : `ip-${instance.address.replaceAll('.', '-')}.${instance.region}.compute.internal`,
    dnsName: '',
    reason: instance.reason ? `${instance.reason.message} (${timeText(instance.since)})` : '',
    keyName: instance.keyName,
    amiLaunchIndex: instance.launchIndex,
    productCodes: [],
    instanceType: instance.instanceType,
    launchTime: new Date(instance.launchedAt).toISOString(),
    placement: {
      availabilityZone: instance.zone,
      groupName: instance.placementGroup ?? '',
      tenancy: instance.tenancy,
    },
    monitoring: { state: instance.isMonitored ? 'enabled' : 'disabled' },
    subnetId: isGone ? undefined : instance.subnetId,
    vpcId: isGone ? undefined : vpcIdOf(instance),
    privateIpAddress: isGone ? undefined : privateAddressOf(instance),
    ipAddress: isUp ? publicAddressOf(instance) : undefined,
    sourceDestCheck: true,
    groupSet: isGone
      ? []
      : instance.groupIds.map((groupId) => ({
          groupId,
          groupName: state.store.groups.get(groupId)?.name ?? groupId,
        })),
    stateReason: instance.reason
      ? { code: instance.reason.code, message: `${instance.reason.code}: ${instance.reason.message}` }
      : undefined,
    architecture: type?.architecture ?? 'x86_64',
    rootDeviceType: 'ebs',
    rootDeviceName: '/dev/sda1',
    blockDeviceMapping: isGone ? [] : blockDevicesXml(volumesOfInstance(state, instance.id, now), now),
    virtualizationType: 'hvm',
    clientToken: instance.clientToken ?? '',
    tagSet: tagSetXml(instance.tags),
    hypervisor: 'xen',
    networkInterfaceSet: [],
    ebsOptimized: instance.ebsOptimized,
    iamInstanceProfile:
      instance.profile === null
        ? undefined
        : {
            arn: `arn:aws:iam::${state.store.account?.accountId ?? ''}:instance-profile/${instance.profile}`,
            id: fixedId('AIPA', instance.profile).slice(0, 21).toUpperCase(),
          },
    instanceLifecycle: instance.spot === null ? undefined : 'spot',
    spotInstanceRequestId: instance.spot?.requestId,
    enaSupport: true,
    cpuOptions: cpuOptions(instance, type),
    metadataOptions: { state: 'applied', httpTokens: 'required', httpEndpoint: 'disabled' },
    platform: isWindows ? 'windows' : undefined,
    platformDetails: isWindows ? 'Windows' : 'Linux/UNIX',
    usageOperation: isWindows ? 'RunInstances:0002' : 'RunInstances',
    currentInstanceBootMode: 'uefi',
  }
}

/** The address at which the world reaches an instance that runs, or undefined. */
export function publicAddressOf(instance: InstanceRecord): string | undefined {
  return instance.elasticAddress ?? (instance.hasPublicAddress ? instance.address : undefined)
}

export function privateAddressOf(instance: InstanceRecord): string {
  return instance.privateAddress ?? instance.address
}

function cpuOptions({ cpu }: InstanceRecord, type: InstanceTypeFacts | undefined): Reply | undefined {
  if (cpu) return { coreCount: cpu.cores, threadsPerCore: cpu.threadsPerCore }
  return type ? { coreCount: type.cores, threadsPerCore: type.vcpus / type.cores } : undefined
}

export function vpcIdOf({ region, subnetId }: InstanceRecord): string {
  return subnetsOf(region).find(({ id }) => id === subnetId)?.vpcId ?? vpcOf(region).id
}

function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} GMT`
}
