import { createHash } from 'node:crypto'
import {
  instanceTypeOf,
  type InstanceTypeFacts,
  isOffered,
  regionOf,
  type SubnetFacts,
  subnetOf,
  vpcOf,
} from '../catalog.ts'
import { CloudError } from '../http/cloud-error.ts'
import type { Params } from '../http/params.ts'
import { spread } from '../ids.ts'
import { bootTime, settled } from '../life.ts'
import type { InstanceRecord } from '../state/records.ts'
import type { Action, Call, CloudState } from './action.ts'
import { rootDevice } from './image-disks.ts'
import { launchableImage, platformOf } from './image-lookup.ts'
import { reservationXml } from './instance-xml.ts'
import { keyPairOf } from './key-pairs.ts'
import {
  checkPrivateAddress,
  type LaunchNetwork,
  readLaunchNetwork,
  readLaunchOptions,
} from './launch-options.ts'
import { launchedVolumes, plannedDisks } from './launch-volumes.ts'
import { groupNamed, groupOf } from './security-groups.ts'
import { specifiedTags } from './tag-sets.ts'
import { readUserData } from './user-data.ts'

const maxCount = 1_000

const runInstances: Action = async (state, call) => {
  const token = call.params.text('ClientToken') ?? null
  const known = token === null ? undefined : knownLaunch(state, call, token)
  if (known) return reservationXml(state, known)
  const disks = plannedDisks(state, call)
  const made = newInstances(state, call, token)
  const volumes = launchedVolumes(state, call, disks, made)
  await state.store.save([
    ...made.map((put) => ({ kind: 'instance' as const, put })),
    ...volumes.map((put) => ({ kind: 'volume' as const, put })),
    ...(token === null
      ? []
      : [
          {
            kind: 'launch' as const,
            put: {
              id: `${call.region}/${token}`,
              requestHash: requestHash(call.params),
              reservationId: made[0]?.reservationId ?? '',
              instanceIds: made.map((instance) => instance.id),
            },
          },
        ]),
  ])
  for (const volume of volumes)
    if (volume.attachment?.device !== rootDevice) await state.volumeDisks.make(volume)
  state.follow(made.map((instance) => instance.id))
  return reservationXml(state, made)
}

/** What the same token made before. Throws `IdempotentParameterMismatch` when the call was another one. */
function knownLaunch(state: CloudState, call: Call, token: string): InstanceRecord[] | undefined {
  if (token.length > 64) {
    throw new CloudError('InvalidParameterValue', 'The client token may not be longer than 64 characters')
  }
  const launch = state.store.launches.get(`${call.region}/${token}`)
  if (!launch) return undefined
  if (launch.requestHash !== requestHash(call.params)) {
    throw new CloudError(
      'IdempotentParameterMismatch',
      `The client token '${token}' was used in another request with other parameters.`,
    )
  }
  return launch.instanceIds.flatMap((id) => {
    const record = state.store.instances.get(id)
    return record ? [settled(record, call.now)] : []
  })
}

function requestHash(params: Params): string {
  return createHash('sha256').update(params.canonical()).digest('hex')
}

function newInstances(state: CloudState, call: Call, token: string | null): InstanceRecord[] {
  const { params, region, now } = call
  const counts = readCounts(params)
  const type = readType(params)
  const image = launchableImage(state, call, params.required('ImageId'))
  if (image.architecture !== type.architecture) {
    throw new CloudError(
      'InvalidParameterValue',
      `The architecture '${type.architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again.`,
    )
  }
  const keyName = params.text('KeyName')
  const keyPair = keyName === undefined ? undefined : keyPairOf(state, region, keyName)
  if (platformOf(state, image.id) === 'windows' && keyPair?.keyType === 'ed25519') {
    throw new CloudError(
      'InvalidParameterCombination',
      `ED25519 key pairs are not supported with Windows AMIs. Use an RSA key pair with '${image.id}'.`,
    )
  }
  const { spot, ...options } = readLaunchOptions(state, call, type)
  const network = readLaunchNetwork(call)
  const groupIds = readGroups(state, call, network.subnet?.vpcId ?? vpcOf(region).id)
  const userData = readUserData(params.text('UserData') ?? '')
  const tags = specifiedTags(params, 'instance')
  const reservationId = state.ids.make('r')
  const { zone, count } = findRoom(state, call, { type, counts, network, seed: reservationId })
  const subnet = network.subnet ?? subnetOf(zone)
  const { privateAddress } = network
  if (privateAddress !== undefined) checkPrivateAddress(state, call, privateAddress, subnet, count)
  const invisibleMs = state.faults.invisibleMs() ?? state.times.invisibleMs
  const first = nextNumber(state)
  return Array.from({ length: count }, (_, launchIndex): InstanceRecord => {
    const id = state.ids.make('i', (id) => state.store.instances.has(id))
    const bootMs = bootTime(id, state.times)
    return {
      id,
      region,
      reservationId,
      launchIndex,
      clientToken: token,
      imageId: image.id,
      instanceType: type.name,
      zone,
      subnetId: subnet.id,
      keyName: keyPair?.name ?? null,
      publicKey: keyPair?.publicKey ?? null,
      groupIds,
      userData,
      userDataRan: false,
      tags,
      number: first + launchIndex,
      createdAt: now,
      launchedAt: now,
      visibleAt: now + invisibleMs,
      state: 'pending',
      since: now,
      next: { state: 'running', at: now + bootMs },
      bootMs,
      ...newAddress(state, subnet, privateAddress),
      sshPort: null,
      reason: null,
      hasPublicAddress: network.hasPublicAddress ?? subnet.publicByDefault,
      elasticAddress: null,
      spot: spot === null ? null : { requestId: state.ids.make('sir'), ...spot },
      ...options,
    }
  })
}

function readCounts(params: Params): { min: number; max: number } {
  const limits = { min: 1, max: maxCount }
  const min = params.integer('MinCount', limits)
  const max = params.integer('MaxCount', limits)
  if (min === undefined || max === undefined) {
    throw new CloudError('MissingParameter', 'The request must contain the parameters MinCount and MaxCount')
  }
  if (min > max) {
    throw new CloudError(
      'InvalidParameterValue',
      `Invalid value '${min}' for MinCount. Must be at most MaxCount.`,
    )
  }
  return { min, max }
}

function readType(params: Params): InstanceTypeFacts {
  const name = params.text('InstanceType') ?? 't3.micro'
  const type = instanceTypeOf(name)
  if (type) return type
  throw new CloudError('InvalidParameterValue', `Invalid value '${name}' for InstanceType.`)
}

function readGroups(state: CloudState, { params, region }: Call, vpcId: string): string[] {
  const ids = [
    ...params.list('SecurityGroupId'),
    ...params.groups('NetworkInterface').flatMap((face) => face.list('SecurityGroupId')),
  ].map((id) => groupOf(state, region, id).id)
  const named = params.list('SecurityGroup').map((name) => groupNamed(state, region, name).id)
  const all = [...new Set([...ids, ...named])]
  const foreign = all.find((id) => state.store.groups.get(id)?.vpcId !== vpcId)
  if (foreign !== undefined) {
    throw new CloudError(
      'InvalidParameter',
      `Security group ${foreign} and the subnet belong to different networks.`,
    )
  }
  return all.length > 0 ? all : [groupNamed(state, region, 'default', vpcId).id]
}

/** The zone to launch in and how many it takes, at least `min`. Throws `InsufficientInstanceCapacity` and others. */
function findRoom(
  state: CloudState,
  call: Call,
  wanted: {
    type: InstanceTypeFacts
    counts: { min: number; max: number }
    network: LaunchNetwork
    seed: string
  },
): { zone: string; count: number } {
  const { type, counts, seed } = wanted
  const zones = regionOf(call.region)?.zones ?? []
  const named = namedZone(call, zones, wanted.network.subnet)
  const offered = zones.filter((zone) => isOffered(type.name, zone))
  if (named !== undefined && !offered.includes(named)) {
    throw new CloudError(
      'Unsupported',
      `Your requested instance type (${type.name}) is not supported in your requested Availability Zone (${named}). Please retry your request by not specifying an Availability Zone or choosing ${offered.join(', ')}.`,
    )
  }
  const start = spread(`zone ${seed}`, Math.max(1, offered.length))
  const order = named === undefined ? [...offered.slice(start), ...offered.slice(0, start)] : [named]
  for (const zone of order) {
    const room = state.faults.roomIn(zone, counts.max)
    if (room >= counts.min) return { zone, count: Math.min(room, counts.max) }
  }
  const others = offered.filter((zone) => zone !== named).join(', ')
  throw new CloudError(
    'InsufficientInstanceCapacity',
    named === undefined
      ? `We currently do not have sufficient ${type.name} capacity in the Region you requested (${call.region}). Our system will be working on provisioning additional capacity.`
      : `We currently do not have sufficient ${type.name} capacity in the Availability Zone you requested (${named}). Our system will be working on provisioning additional capacity. You can currently get ${type.name} capacity by not specifying an Availability Zone in your request or choosing ${others}.`,
    500,
  )
}

function namedZone(
  { params, region }: Call,
  zones: readonly string[],
  subnet: SubnetFacts | undefined,
): string | undefined {
  const ofSubnet = subnet?.zone
  const zone = params.text('Placement.AvailabilityZone')
  if (zone === undefined) return ofSubnet
  if (!zones.includes(zone)) {
    throw new CloudError(
      'InvalidZone.NotFound',
      `The availability zone '${zone}' does not exist in the region ${region}`,
    )
  }
  if (ofSubnet !== undefined && ofSubnet !== zone) {
    throw new CloudError(
      'InvalidParameterValue',
      `The subnet '${subnet?.id ?? ''}' is not in the availability zone '${zone}'.`,
    )
  }
  return zone
}

/**
 * A loopback address that is most likely nobody else's, where port 2222 is the instance's own; in a subnet of loopback
 * addresses one of the subnet's, or the private address that is asked for.
 */
function newAddress(
  state: CloudState,
  subnet: SubnetFacts,
  asked: string | undefined,
): Pick<InstanceRecord, 'address' | 'privateAddress'> {
  const isOfLoopback = subnet.cidr.startsWith('127.')
  if (!state.ownAddresses) return { address: '127.0.0.1', privateAddress: asked ?? null }
  if (asked !== undefined && isOfLoopback) return { address: asked, privateAddress: null }
  const [a = 0, b = 0, c = 0] = (state.ids.hex(3).match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16))
  const [, second = '0', third = '0'] = subnet.cidr.split('.')
  const address = isOfLoopback
    ? `127.${second}.${Number(third) + (b % 16)}.${4 + (c % 250)}`
    : `127.${16 + (a % 224)}.${b}.${1 + (c % 254)}`
  return { address, privateAddress: asked ?? null }
}

function nextNumber(state: CloudState): number {
  let last = 0
  for (const { number } of state.store.instances.values()) last = Math.max(last, number)
  return last + 1
}

export const launchActions = { RunInstances: runInstances } satisfies Record<string, Action>
