import { CloudError } from '../http/cloud-error.ts'
import type { Params } from '../http/params.ts'
import type { ImageDisk, InstanceRecord, VolumeRecord } from '../state/records.ts'
import { snapshotState } from '../volume-life.ts'
import type { Call, CloudState } from './action.ts'
import { disksOf, rootDevice } from './image-disks.ts'
import { specifiedTags } from './tag-sets.ts'
import { snapshotOf } from './volume-lookup.ts'
import { volumeSettings } from './volume-settings.ts'
import { nextVolumeNumber } from './volumes.ts'

/** The disks that a launch asks for: those of its image, changed by its mappings, and those of the other mappings. */
export function plannedDisks(state: CloudState, call: Call): ImageDisk[] {
  const mappings = call.params.groups('BlockDeviceMapping').filter((mapping) => !mapping.has('VirtualName'))
  const named = mappings.map((mapping) => ({
    device: mapping.required('DeviceName'),
    isLeftOut: mapping.has('NoDevice'),
    ebs: mapping.within('Ebs'),
  }))
  const twice = named.find(({ device }, at) => named.findIndex((other) => other.device === device) !== at)
  if (twice) {
    throw new CloudError(
      'InvalidBlockDeviceMapping',
      `The device '${twice.device}' is used in more than one block-device mapping`,
    )
  }
  const ofImage = disksOf(state.store.images.get(call.params.required('ImageId')))
  const kept = ofImage.filter(
    ({ device }) => device === rootDevice || !named.some((one) => one.device === device && one.isLeftOut),
  )
  const added = named.filter(
    ({ device, isLeftOut }) => !isLeftOut && !ofImage.some((disk) => disk.device === device),
  )
  return [
    ...kept.map((disk) =>
      diskPlan(state, call, disk.device, named.find(({ device }) => device === disk.device)?.ebs, disk),
    ),
    ...added.map(({ device, ebs }) => diskPlan(state, call, device, ebs, undefined)),
  ]
}

function diskPlan(
  state: CloudState,
  call: Call,
  device: string,
  ebs: Params | undefined,
  ofImage: ImageDisk | undefined,
): ImageDisk {
  const params = ebs ?? call.params.within('no such thing')
  const asked = params.text('SnapshotId')
  const snapshot = asked === undefined ? undefined : snapshotOf(state, call, asked)
  if (snapshot && snapshotState(snapshot, call.now) === 'pending') {
    throw new CloudError('InvalidBlockDeviceMapping', `Snapshot is in invalid state - pending`)
  }
  const least = snapshot?.sizeGib ?? ofImage?.sizeGib
  const { type = 'gp3', iops = null, throughput = null, encrypted = false } = ofImage ?? {}
  const settings = volumeSettings(
    params,
    { sizeGib: ofImage?.sizeGib ?? least, type, iops, throughput },
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
    snapshotId: asked ?? ofImage?.snapshotId ?? null,
    encrypted: params.flag('Encrypted') ?? encrypted,
    deleteOnTermination: params.flag('DeleteOnTermination') ?? ofImage?.deleteOnTermination ?? true,
  }
}

/** The volumes of instances that are launched now. */
export function launchedVolumes(
  state: CloudState,
  call: Call,
  plans: readonly ImageDisk[],
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
