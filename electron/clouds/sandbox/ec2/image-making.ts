import { type Architecture, images, instanceTypeOf, regionOf } from '../catalog.ts'
import { CloudError } from '../http/cloud-error.ts'
import type { Params } from '../http/params.ts'
import { rebooting } from '../life.ts'
import type { ImageRecord } from '../state/records.ts'
import type { Action, Call, CloudState } from './action.ts'
import { disksForImage, disksOf, rootDevice } from './image-disks.ts'
import { ownImage, ownImages } from './image-lookup.ts'
import { instanceOf } from './instance-lookup.ts'
import { imageSnapshots } from './snapshots.ts'
import { specifiedTags } from './tag-sets.ts'

/** The image has the files as they are when the call is answered; the wait until it is available comes after. */
const createImage: Action = async (state, call) => {
  const { params, now } = call
  const instance = instanceOf(state, call, params.required('InstanceId'))
  if (instance.state !== 'running' && instance.state !== 'stopped' && instance.state !== 'stopping') {
    throw new CloudError(
      'IncorrectInstanceState',
      `The instance '${instance.id}' is not in a state from which an image can be made.`,
    )
  }
  const disks = disksForImage(state, call, instance)
  const image = newImage(state, call, {
    architecture: instanceTypeOf(instance.instanceType)?.architecture ?? 'x86_64',
    sourceInstanceId: instance.id,
    sourceImageId: instance.imageId,
    token: null,
    disks: disks.map(({ volumeId: _, ...disk }) => disk),
  })
  if (instance.state === 'running' && params.flag('NoReboot') !== true) {
    const reason = { code: 'Client.UserInitiatedReboot', message: 'User initiated' }
    await state.store.save([
      { kind: 'instance', put: rebooting(instance, { now, times: state.times, reason }) },
    ])
    state.follow([instance.id])
  }
  const snapshots = imageSnapshots(
    state,
    call,
    image,
    new Map(disks.map((disk) => [disk.device, disk.volumeId])),
  )
  await state.disks.saveInstance(instance.id, image.id)
  for (const { device, volumeId, snapshotId } of disks) {
    const volume = state.store.volumes.get(volumeId)
    const snapshot = snapshots.find(({ id }) => id === snapshotId)
    if (device !== rootDevice && volume && snapshot) await state.volumeDisks.snapshot(volume, snapshot)
  }
  await state.store.save([
    { kind: 'image', put: image },
    ...snapshots.map((put) => ({ kind: 'snapshot' as const, put })),
  ])
  return { imageId: image.id }
}

const copyImage: Action = async (state, call) => {
  const { params, region, now } = call
  const token = params.text('ClientToken') ?? null
  const known = token === null ? undefined : ownImages(state, call).find((image) => image.token === token)
  if (known) return { imageId: known.id }
  const from = params.required('SourceRegion')
  if (!regionOf(from)) {
    throw new CloudError('InvalidRequest', `The source region '${from}' is not valid.`)
  }
  const sourceId = params.required('SourceImageId')
  const shipped = images.find((image) => image.id === sourceId && image.region === from)
  const source = shipped ?? ownImage(state, { region: from, now }, sourceId)
  if ('state' in source && source.state !== 'available') {
    throw new CloudError('InvalidAMIID.Unavailable', `The image ID '${sourceId}' is not available`)
  }
  const sourceDisks = disksOf('disks' in source ? source : undefined)
  const image = newImage(
    state,
    { ...call, region },
    {
      architecture: source.architecture,
      sourceInstanceId: null,
      sourceImageId: sourceId,
      token,
      disks: sourceDisks.map((disk) => ({
        ...disk,
        snapshotId: state.ids.make('snap', (id) => state.store.snapshots.has(id)),
      })),
    },
  )
  const snapshots = imageSnapshots(state, call, image, new Map())
  await state.disks.copyImage(sourceId, image.id)
  for (const [at, { device, snapshotId }] of sourceDisks.entries()) {
    const copy = snapshots.find(({ id }) => id === image.disks[at]?.snapshotId)
    if (device !== rootDevice && snapshotId !== null && copy) {
      await state.volumeDisks.copySnapshot(snapshotId, copy)
    }
  }
  await state.store.save([
    { kind: 'image', put: image },
    ...snapshots.map((put) => ({ kind: 'snapshot' as const, put })),
  ])
  return { imageId: image.id }
}

const deregisterImage: Action = async (state, call) => {
  const id = call.params.required('ImageId')
  if (images.some((image) => image.id === id && image.region === call.region)) {
    throw new CloudError('AuthFailure', `Not authorized for image:${id}`, 403)
  }
  const image = ownImage(state, call, id)
  await state.store.save([{ kind: 'image', drop: image.id }])
  await state.disks.removeImage(image.id)
  return { return: true }
}

function newImage(
  state: CloudState,
  call: Call,
  source: Pick<ImageRecord, 'sourceInstanceId' | 'sourceImageId' | 'token' | 'disks'> & {
    architecture: Architecture
  },
): ImageRecord {
  const { params, region, now } = call
  const name = readName(params)
  const taken = ownImages(state, call).find((image) => image.name === name)
  if (taken) {
    throw new CloudError('InvalidAMIName.Duplicate', `AMI name ${name} is already in use by AMI ${taken.id}`)
  }
  const failure = state.faults.imageFailure()
  return {
    id: state.ids.make('ami', (id) => state.store.images.has(id)),
    region,
    name,
    description: params.text('Description') ?? '',
    createdAt: now,
    state: 'pending',
    stateReason: failure === undefined ? null : { code: 'Client.Error', message: failure },
    next: { state: failure === undefined ? 'available' : 'failed', at: now + state.times.imageMs },
    snapshotIds: source.disks.flatMap(({ snapshotId }) => snapshotId ?? []),
    tags: specifiedTags(params, 'image'),
    ...source,
  }
}

/** EC2's rule for names (API Reference, CreateImage). */
function readName(params: Params): string {
  const name = params.required('Name')
  if (/^[A-Za-z0-9 ()[\]./\-'@_]{3,128}$/.test(name)) return name
  throw new CloudError(
    'InvalidAMIName.Malformed',
    `AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' and '_'`,
  )
}

export const imageMakingActions = {
  CreateImage: createImage,
  CopyImage: copyImage,
  DeregisterImage: deregisterImage,
} satisfies Record<string, Action>
