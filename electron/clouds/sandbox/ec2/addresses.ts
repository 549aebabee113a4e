import { CloudError } from '../http/cloud-error.ts'
import type { XmlValue } from '../http/xml.ts'
import { settled } from '../life.ts'
import type { AddressRecord, InstanceRecord } from '../state/records.ts'
import type { Change } from '../state/records.ts'
import type { Action, Call, CloudState } from './action.ts'
import { filtered, tagValues } from './filters.ts'
import { instanceOf } from './instance-lookup.ts'
import { specifiedTags, tagSetXml } from './tag-sets.ts'

/** An Elastic IP by its allocation id. Throws `InvalidAllocationID.NotFound`. */
export function addressOf(state: CloudState, call: Call, id: string): AddressRecord {
  const found = state.store.addresses.get(id)
  if (found?.region === call.region) return found
  throw new CloudError('InvalidAllocationID.NotFound', `The allocation ID '${id}' does not exist`)
}

/** The Elastic IPs of a region. */
export function addressesIn(state: CloudState, region: string): AddressRecord[] {
  return [...state.store.addresses.values()].filter((address) => address.region === region)
}

const allocateAddress: Action = async (state, call) => {
  const tags = specifiedTags(call.params, 'elastic-ip')
  if (!state.ownAddresses) {
    throw new CloudError(
      'InsufficientAddressCapacity',
      'This machine has one loopback address only, so the Sandbox has no further address to give.',
    )
  }
  const put: AddressRecord = {
    id: state.ids.make('eipalloc', (id) => state.store.addresses.has(id)),
    region: call.region,
    address: freeAddress(state),
    association: null,
    tags,
  }
  await state.store.save([{ kind: 'address', put }])
  return { publicIp: put.address, domain: 'vpc', allocationId: put.id, networkBorderGroup: call.region }
}

const describeAddresses: Action = (state, call) => {
  const { params, region } = call
  const ids = params.list('AllocationId')
  const named = params.list('PublicIp')
  const unknown = named.find((ip) => !addressesIn(state, region).some(({ address }) => address === ip))
  if (unknown !== undefined) {
    throw new CloudError('InvalidAddress.NotFound', `Address '${unknown}' not found.`)
  }
  const asked = (
    ids.length > 0 ? ids.map((id) => addressOf(state, call, id)) : addressesIn(state, region)
  ).filter(({ address }) => named.length === 0 || named.includes(address))
  const found = filtered(asked, params, (address, name) => {
    const holder = holderOf(state, call, address)
    switch (name) {
      case 'allocation-id':
        return [address.id]
      case 'public-ip':
        return [address.address]
      case 'association-id':
        return holder && address.association ? [address.association.id] : []
      case 'instance-id':
        return holder ? [holder.id] : []
      case 'domain':
        return ['vpc']
      default:
        return tagValues(address.tags, name)
    }
  })
  return { addressesSet: found.map((address) => addressXml(state, call, address)) }
}

const associateAddress: Action = async (state, call) => {
  const { params } = call
  const address = askedAddress(state, call)
  const instance = instanceOf(state, call, params.required('InstanceId'))
  if (instance.state === 'terminated' || instance.state === 'shutting-down') {
    throw new CloudError(
      'IncorrectInstanceState',
      `The instance '${instance.id}' is not in a valid state for this operation.`,
    )
  }
  if (instance.state === 'pending') {
    throw new CloudError(
      'InvalidInstanceID',
      `The pending instance '${instance.id}' is not in a valid state for this operation.`,
    )
  }
  const holder = holderOf(state, call, address)
  if (holder && holder.id !== instance.id && params.flag('AllowReassociation') === false) {
    throw new CloudError(
      'Resource.AlreadyAssociated',
      `resource ${address.id} is already associated with associate-id ${address.association?.id ?? ''}`,
    )
  }
  const association = { id: state.ids.make('eipassoc'), instanceId: instance.id }
  const former = addressesIn(state, call.region).filter(
    (other) => other.id !== address.id && other.association?.instanceId === instance.id,
  )
  await save(state, [
    ...former.map((other) => ({ kind: 'address' as const, put: { ...other, association: null } })),
    ...(holder && holder.id !== instance.id ? [withElastic(state, holder, null)] : []),
    { kind: 'address', put: { ...address, association } },
    withElastic(state, instance, address.address),
  ])
  return { return: true, associationId: association.id }
}

const disassociateAddress: Action = async (state, call) => {
  const { params, region } = call
  const associationId = params.text('AssociationId')
  const address = addressesIn(state, region).find(
    (known) =>
      (associationId !== undefined && known.association?.id === associationId) ||
      known.address === params.text('PublicIp'),
  )
  if (!address) {
    throw new CloudError(
      'InvalidAssociationID.NotFound',
      `The association ID '${associationId ?? ''}' does not exist`,
    )
  }
  const holder = holderOf(state, call, address)
  await save(state, [
    { kind: 'address', put: { ...address, association: null } },
    ...(holder ? [withElastic(state, holder, null)] : []),
  ])
  return { return: true }
}

const releaseAddress: Action = async (state, call) => {
  const address = askedAddress(state, call)
  if (holderOf(state, call, address)) {
    throw new CloudError('InvalidIPAddress.InUse', `Address ${address.address} is in use.`)
  }
  await state.store.save([{ kind: 'address', drop: address.id }])
  return { return: true }
}

function askedAddress(state: CloudState, call: Call): AddressRecord {
  const ip = call.params.text('PublicIp')
  if (ip === undefined) return addressOf(state, call, call.params.required('AllocationId'))
  const found = addressesIn(state, call.region).find(({ address }) => address === ip)
  if (found) return found
  throw new CloudError('InvalidAddress.NotFound', `Address '${ip}' not found.`)
}

/** The instance that the address leads to; one that ends lets go of it. */
function holderOf(state: CloudState, call: Call, { association }: AddressRecord): InstanceRecord | undefined {
  const record = association === null ? undefined : state.store.instances.get(association.instanceId)
  if (!record) return undefined
  const instance = settled(record, call.now)
  return instance.state === 'terminated' || instance.state === 'shutting-down' ? undefined : instance
}

/** The record is read again: what settles by itself is written by whoever runs the machine. */
function withElastic(state: CloudState, instance: InstanceRecord, elasticAddress: string | null): Change {
  return {
    kind: 'instance',
    put: { ...(state.store.instances.get(instance.id) ?? instance), elasticAddress },
  }
}

async function save(state: CloudState, changes: Change[]): Promise<void> {
  await state.store.save(changes)
  state.follow(
    changes.flatMap((change) => (change.kind === 'instance' && 'put' in change ? [change.put.id] : [])),
  )
}

/** A loopback address that no instance gets by itself, and no other Elastic IP is. */
function freeAddress(state: CloudState): string {
  const taken = new Set([...state.store.addresses.values()].map(({ address }) => address))
  for (;;) {
    const [a = 0, b = 0, c = 0] = (state.ids.hex(3).match(/../g) ?? []).map((byte) =>
      Number.parseInt(byte, 16),
    )
    const address = `127.${240 + (a % 14)}.${b}.${1 + (c % 254)}`
    if (!taken.has(address)) return address
  }
}

function addressXml(state: CloudState, call: Call, address: AddressRecord): XmlValue {
  const holder = holderOf(state, call, address)
  return {
    publicIp: address.address,
    allocationId: address.id,
    domain: 'vpc',
    ...(holder
      ? {
          instanceId: holder.id,
          associationId: address.association?.id,
          privateIpAddress: holder.privateAddress ?? holder.address,
        }
      : {}),
    networkBorderGroup: address.region,
    tagSet: tagSetXml(address.tags),
  }
}

export const addressActions = {
  AllocateAddress: allocateAddress,
  DescribeAddresses: describeAddresses,
  AssociateAddress: associateAddress,
  DisassociateAddress: disassociateAddress,
  ReleaseAddress: releaseAddress,
} satisfies Record<string, Action>
