import { createHash } from 'node:crypto'
import { regionOf } from '../catalog.ts'
import { CloudError } from '../http/cloud-error.ts'
import { settled } from '../life.ts'
import type { VolumeRecord } from '../state/records.ts'
import { attachmentState, snapshotState, volumeState } from '../volume-life.ts'
import type { Action, Call, CloudState } from './action.ts'
import { filtered, tagValues } from './filters.ts'
import { instanceOf } from './instance-lookup.ts'
import { pageOf } from './pages.ts'
import { specifiedTags } from './tag-sets.ts'
import { listedVolumes, snapshotOf, volumeOf, volumesOfInstance } from './volume-lookup.ts'
import { volumeSettings } from './volume-settings.ts'
import { attachmentXml, volumeXml } from './volume-xml.ts'

const createVolume: Action = async (state, call) => {
  const { params, now } = call
  const token = params.text('ClientToken') ?? null
  const requestHash = createHash('sha256').update(params.canonical()).digest('hex')
  const known = token === null ? undefined : madeBefore(state, call, token, requestHash)
  if (known) return volumeXml(known, now)
  const put = newVolume(state, call, token, requestHash)
  await state.store.save([{ kind: 'volume', put }])
  await state.volumeDisks.make(put)
  return volumeXml(put, now)
}

/** The volume that the same token made. Throws `IdempotentParameterMismatch` when the call was another one. */
function madeBefore(
  state: CloudState,
  call: Call,
  token: string,
  requestHash: string,
): VolumeRecord | undefined {
  const known = listedVolumes(state, call).find(({ clientToken }) => clientToken === token)
  if (known === undefined || known.requestHash === requestHash) return known
  throw new CloudError(
    'IdempotentParameterMismatch',
    `The client token '${token}' was used in another request with other parameters.`,
  )
}

function newVolume(
  state: CloudState,
  call: Call,
  clientToken: string | null,
  requestHash: string,
): VolumeRecord {
  const { params, region, now } = call
  const zone = params.required('AvailabilityZone')
  if (!regionOf(region)?.zones.includes(zone)) {
    throw new CloudError('InvalidZone.NotFound', `The zone '${zone}' does not exist.`)
  }
  const snapshotId = params.text('SnapshotId') ?? null
  const snapshot = snapshotId === null ? undefined : snapshotOf(state, call, snapshotId)
  if (snapshot && snapshotState(snapshot, now) === 'pending') {
    throw new CloudError('IncorrectState', `Snapshot is in invalid state - pending`)
  }
  const settings = volumeSettings(
    params,
    { sizeGib: snapshot?.sizeGib, type: 'gp2', iops: null, throughput: null },
    { size: 'Size', type: 'VolumeType' },
  )
  if (snapshot && settings.sizeGib < snapshot.sizeGib) {
    throw new CloudError(
      'InvalidParameterValue',
      `Volume of ${settings.sizeGib}GiB is smaller than snapshot '${snapshot.id}', expect size >= ${snapshot.sizeGib}GiB`,
    )
  }
  return {
    id: state.ids.make('vol', (id) => state.store.volumes.has(id)),
    region,
    zone,
    ...settings,
    encrypted: params.flag('Encrypted') === true || snapshot?.encrypted === true,
    kmsKeyId: params.text('KmsKeyId') ?? null,
    snapshotId,
    clientToken,
    requestHash,
    tags: specifiedTags(params, 'volume'),
    number: nextVolumeNumber(state),
    createdAt: now,
    readyAt: now + state.times.volumeMs,
    attachment: null,
  }
}

/** The place of the next volume in the order in which they are made. */
export function nextVolumeNumber(state: CloudState): number {
  let last = 0
  for (const { number } of state.store.volumes.values()) last = Math.max(last, number)
  return last + 1
}

const describeVolumes: Action = (state, call) => {
  const { params, now } = call
  const ids = params.list('VolumeId')
  const asked = ids.length > 0 ? ids.map((id) => volumeOf(state, call, id)) : listedVolumes(state, call)
  const found = filtered(asked, params, (volume, name) => filterValues(volume, name, now))
  const { items, nextToken } = pageOf(found, state, call, { orderOf: (volume) => volume.number })
  return { volumeSet: items.map((volume) => volumeXml(volume, now)), nextToken }
}

function filterValues(volume: VolumeRecord, name: string, now: number): readonly string[] | undefined {
  const { attachment } = volume
  const ofAttachment = (value: string | undefined): string[] => (value === undefined ? [] : [value])
  switch (name) {
    case 'volume-id':
      return [volume.id]
    case 'status':
      return [volumeState(volume, now)]
    case 'availability-zone':
      return [volume.zone]
    case 'size':
      return [String(volume.sizeGib)]
    case 'volume-type':
      return [volume.type]
    case 'snapshot-id':
      return ofAttachment(volume.snapshotId ?? undefined)
    case 'encrypted':
      return [String(volume.encrypted)]
    case 'attachment.instance-id':
      return ofAttachment(attachment?.instanceId)
    case 'attachment.device':
      return ofAttachment(attachment?.device)
    case 'attachment.status':
      return attachment === null ? [] : [attachmentState(attachment, now)]
    case 'attachment.delete-on-termination':
      return attachment === null ? [] : [String(attachment.deleteOnTermination)]
    default:
      return tagValues(volume.tags, name)
  }
}

const deleteVolume: Action = async (state, call) => {
  const volume = volumeOf(state, call, call.params.required('VolumeId'))
  if (volume.attachment !== null) {
    throw new CloudError(
      'VolumeInUse',
      `Volume ${volume.id} is currently attached to ${volume.attachment.instanceId}`,
    )
  }
  await state.store.save([{ kind: 'volume', drop: volume.id }])
  await state.volumeDisks.remove(volume)
  return { return: true }
}

const attachVolume: Action = async (state, call) => {
  const { params, now } = call
  const volume = volumeOf(state, call, params.required('VolumeId'))
  const instance = settled(instanceOf(state, call, params.required('InstanceId')), now)
  const device = params.required('Device')
  if (!/^\/dev\/(?:sd[a-z]\d{0,2}|xvd[a-z]{1,2}|hd[a-z])$/.test(device)) {
    throw new CloudError(
      'InvalidParameterValue',
      `Value (${device}) for parameter device is invalid. ${device} is not a valid EBS device name.`,
    )
  }
  if (volume.attachment !== null) {
    throw new CloudError('VolumeInUse', `${volume.id} is already attached to an instance`)
  }
  if (volumeState(volume, now) !== 'available') {
    throw new CloudError('IncorrectState', `${volume.id} is not 'available'.`)
  }
  if (instance.state !== 'running' && instance.state !== 'stopped') {
    throw new CloudError('IncorrectState', `Instance '${instance.id}' is not 'running'.`)
  }
  if (volume.zone !== instance.zone) {
    throw new CloudError(
      'InvalidVolume.ZoneMismatch',
      `The volume '${volume.id}' is not in the same availability zone as instance '${instance.id}'`,
    )
  }
  if (volumesOfInstance(state, instance.id, now).some(({ attachment }) => attachment?.device === device)) {
    throw new CloudError(
      'InvalidParameterValue',
      `Invalid value '${device}' for unixDevice. Attachment point ${device} is already in use`,
    )
  }
  const put: VolumeRecord = {
    ...volume,
    attachment: {
      instanceId: instance.id,
      device,
      attachedAt: now,
      deleteOnTermination: false,
      doneAt: state.faults.isAttachStuck() ? null : now + state.times.attachMs,
      detachedAt: null,
    },
  }
  await state.store.save([{ kind: 'volume', put }])
  state.volumeDisks.follow(put.id)
  return attachmentXml(put, now)
}

const detachVolume: Action = async (state, call) => {
  const { params, now } = call
  const volume = volumeOf(state, call, params.required('VolumeId'))
  const { attachment } = volume
  if (attachment === null) {
    throw new CloudError(
      'IncorrectState',
      `Volume '${volume.id}' is in the '${volumeState(volume, now)}' state.`,
    )
  }
  const named = params.text('InstanceId')
  if (named !== undefined && named !== attachment.instanceId) {
    throw new CloudError(
      'InvalidAttachment.NotFound',
      `Volume '${volume.id}' is not attached to instance '${named}'.`,
    )
  }
  const instance = state.store.instances.get(attachment.instanceId)
  const isUp = instance !== undefined && settled(instance, now).state !== 'stopped'
  if (attachment.device === '/dev/sda1' && isUp) {
    throw new CloudError(
      'OperationNotPermitted',
      `Unable to detach root volume '${attachment.device}' from instance '${attachment.instanceId}'`,
    )
  }
  const detachedAt = attachment.detachedAt ?? now + state.times.detachMs
  const put: VolumeRecord = { ...volume, attachment: { ...attachment, detachedAt } }
  await state.store.save([{ kind: 'volume', put }])
  state.volumeDisks.follow(put.id)
  return attachmentXml(put, now)
}

const modifyVolume: Action = async (state, call) => {
  const { params, now } = call
  const volume = volumeOf(state, call, params.required('VolumeId'))
  if (volumeState(volume, now) === 'creating') {
    throw new CloudError('IncorrectState', `Volume ${volume.id} is in state creating and cannot be modified.`)
  }
  const settings = volumeSettings(params, volume, { size: 'Size', type: 'VolumeType' })
  if (settings.sizeGib < volume.sizeGib) {
    throw new CloudError(
      'InvalidParameterValue',
      `New size cannot be smaller than existing size of ${volume.sizeGib}GiB`,
    )
  }
  const put = { ...volume, ...settings }
  await state.store.save([{ kind: 'volume', put }])
  await state.volumeDisks.resize(put)
  const time = new Date(now).toISOString()
  return {
    volumeModification: {
      volumeId: volume.id,
      modificationState: 'completed',
      targetSize: put.sizeGib,
      targetIops: put.iops,
      targetVolumeType: put.type,
      targetThroughput: put.throughput,
      originalSize: volume.sizeGib,
      originalIops: volume.iops,
      originalVolumeType: volume.type,
      originalThroughput: volume.throughput,
      progress: 100,
      startTime: time,
      endTime: time,
    },
  }
}

export const volumeActions = {
  CreateVolume: createVolume,
  DescribeVolumes: describeVolumes,
  DeleteVolume: deleteVolume,
  AttachVolume: attachVolume,
  DetachVolume: detachVolume,
  ModifyVolume: modifyVolume,
} satisfies Record<string, Action>
