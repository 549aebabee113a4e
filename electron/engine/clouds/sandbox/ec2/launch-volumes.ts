import { CloudError } from '../http/cloud-error.ts'
import type { Params } from '../http/params.ts'
import type { InstanceRecord, VolumeRecord } from '../state/records.ts'
import { snapshotState } from '../volume-life.ts'
import type { Call, CloudState } from './action.ts'
import { specifiedTags } from './tag-sets.ts'
import { snapshotOf } from './volume-lookup.ts'
import { volumeSettings } from './volume-settings.ts'
import { nextVolumeNumber } from './volumes.ts'

/** The device that every image boots from, and its size. */
export const rootDevice = '/dev/sda1'
export const rootSizeGib = 8

type DiskPlan = Pick<
  VolumeRecord,
  'sizeGib' | 'type' | 'iops' | 'throughput' | 'encrypted' | 'snapshotId'
> & {
  device: string
  deleteOnTermination: boolean
}

/** The disks that a launch asks for: the root, changed by its mapping, and those of the other mappings. */
export function plannedDisks(state: CloudState, call: Call): DiskPlan[] {
  const mappings = call.params
    .groups('BlockDeviceMapping')
    .filter((mapping) => !mapping.has('NoDevice') && !mapping.has('VirtualName'))
  const named = mappings.map((mapping) => ({
    device: mapping.required('DeviceName'),
    ebs: mapping.within('Ebs'),
  }))
  const root = named.find(({ device }) => device === rootDevice)
  const rest = named.filter(({ device }) => device !== rootDevice)
  const twice = named.find(({ device }, at) => named.findIndex((other) => other.device === device) !== at)
  if (twice) {
    throw new CloudError(
      'InvalidBlockDeviceMapping',
      `The device '${twice.device}' is used in more than one block-device mapping`,
    )
  }
  return [
    diskPlan(state, call, rootDevice, root?.ebs, rootSizeGib),
    ...rest.map(({ device, ebs }) => diskPlan(state, call, device, ebs, undefined)),
  ]
}

function diskPlan(
  state: CloudState,
  call: Call,
  device: string,
  ebs: Params | undefined,
  imageSizeGib: number | undefined,
): DiskPlan {
  const params = ebs ?? call.params.within('no such thing')
  const snapshotId = params.text('SnapshotId') ?? null
  const snapshot = snapshotId === null ? undefined : snapshotOf(state, call, snapshotId)
  if (snapshot && snapshotState(snapshot, call.now) === 'pending') {
    throw new CloudError('InvalidBlockDeviceMapping', `Snapshot is in invalid state - pending`)
  }
  const least = snapshot?.sizeGib ?? imageSizeGib
  const settings = volumeSettings(
    params,
    { sizeGib: least, type: 'gp3', iops: null, throughput: null },
    { size: 'VolumeSize', type: 'VolumeType' },
  )
  if (least !== undefined && settings.sizeGib < least) {
    throw new CloudError(
      'InvalidBlockDeviceMapping',
      `Volume of size ${settings.sizeGib}GB is smaller than snapshot, expect size >= ${least}GB`,
    )
  }
  return {
    ...settings,
    device,
    snapshotId,
    encrypted: params.flag('Encrypted') === true,
    deleteOnTermination: params.flag('DeleteOnTermination') ?? true,
  }
}

/** The volumes of instances that are launched now. */
export function launchedVolumes(
  state: CloudState,
  call: Call,
  plans: readonly DiskPlan[],
  instances: readonly InstanceRecord[],
): VolumeRecord[] {
  const tags = specifiedTags(call.params, 'volume')
  let number = nextVolumeNumber(state)
  return instances.flatMap(({ id: instanceId, region, zone }) =>
    plans.map(({ device, deleteOnTermination, ...plan }): VolumeRecord => ({
      id: state.ids.make('vol', (id) => state.store.volumes.has(id)),
      region,
      zone,
      ...plan,
      kmsKeyId: null,
      clientToken: null,
      requestHash: '',
      tags,
      number: number++,
      createdAt: call.now,
      readyAt: call.now,
      attachment: {
        instanceId,
        device,
        attachedAt: call.now,
        deleteOnTermination,
        doneAt: call.now,
        detachedAt: null,
      },
    })),
  )
}
