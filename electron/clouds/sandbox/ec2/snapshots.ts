import { CloudError } from '../http/cloud-error.ts'
import type { ImageRecord, SnapshotRecord } from '../state/records.ts'
import { snapshotProgress, snapshotState, volumeState } from '../volume-life.ts'
import type { Action, Call, CloudState } from './action.ts'
import { filtered, tagValues } from './filters.ts'
import { ownImages } from './image-lookup.ts'
import { pageOf } from './pages.ts'
import { specifiedTags } from './tag-sets.ts'
import { snapshotOf, volumeOf } from './volume-lookup.ts'
import { snapshotXml } from './volume-xml.ts'

const createSnapshot: Action = async (state, call) => {
  const { params, region, now } = call
  const volume = volumeOf(state, call, params.required('VolumeId'))
  if (volumeState(volume, now) === 'creating') {
    throw new CloudError('IncorrectState', `Volume '${volume.id}' is in the 'creating' state.`)
  }
  const put: SnapshotRecord = {
    id: state.ids.make('snap', (id) => state.store.snapshots.has(id)),
    region,
    volumeId: volume.id,
    sizeGib: volume.sizeGib,
    encrypted: volume.encrypted,
    description: params.text('Description') ?? '',
    tags: specifiedTags(params, 'snapshot'),
    number: nextNumber(state),
    startedAt: now,
    completesAt: now + state.times.snapshotMs,
  }
  // The copy comes first: a record without its content could be restored from.
  await state.volumeDisks.snapshot(volume, put)
  await state.store.save([{ kind: 'snapshot', put }])
  return snapshotXml(state, put, now)
}

function nextNumber(state: CloudState): number {
  let last = 0
  for (const { number } of state.store.snapshots.values()) last = Math.max(last, number)
  return last + 1
}

/** The snapshots of an image that is made now, by the volumes of its devices; a copy has none. */
export function imageSnapshots(
  state: CloudState,
  call: Call,
  image: ImageRecord,
  volumes: ReadonlyMap<string, string>,
): SnapshotRecord[] {
  const first = nextNumber(state)
  return image.disks.map(({ device, snapshotId, sizeGib, encrypted }, at) => ({
    id: snapshotId ?? '',
    region: call.region,
    volumeId: volumes.get(device) ?? 'vol-ffffffff',
    sizeGib,
    encrypted,
    description: `Created by CreateImage for ${image.id}`,
    tags: specifiedTags(call.params, 'snapshot'),
    number: first + at,
    startedAt: call.now,
    completesAt: call.now + state.times.imageMs,
  }))
}

const describeSnapshots: Action = (state, call) => {
  const { params, now } = call
  const ids = params.list('SnapshotId')
  const owners = params.list('Owner')
  const account = state.store.account?.accountId ?? ''
  const all = [...state.store.snapshots.values()].filter(({ region }) => region === call.region)
  const asked = ids.length > 0 ? ids.map((id) => snapshotOf(state, call, id)) : all
  const owned = asked.filter(() => owners.length === 0 || owners.includes('self') || owners.includes(account))
  const found = filtered(owned, params, (snapshot, name) => {
    switch (name) {
      case 'snapshot-id':
        return [snapshot.id]
      case 'volume-id':
        return [snapshot.volumeId]
      case 'volume-size':
        return [String(snapshot.sizeGib)]
      case 'status':
        return [snapshotState(snapshot, now)]
      case 'progress':
        return [`${snapshotProgress(snapshot, now)}%`]
      case 'description':
        return [snapshot.description]
      case 'owner-id':
        return [account]
      case 'encrypted':
        return [String(snapshot.encrypted)]
      default:
        return tagValues(snapshot.tags, name)
    }
  })
  const { items, nextToken } = pageOf(found, state, call, { orderOf: (snapshot) => snapshot.number })
  return { snapshotSet: items.map((snapshot) => snapshotXml(state, snapshot, now)), nextToken }
}

const deleteSnapshot: Action = async (state, call) => {
  const snapshot = snapshotOf(state, call, call.params.required('SnapshotId'))
  const image = ownImages(state, call).find(({ snapshotIds }) => snapshotIds.includes(snapshot.id))
  if (image) {
    throw new CloudError(
      'InvalidSnapshot.InUse',
      `The snapshot ${snapshot.id} is currently in use by ${image.id}`,
    )
  }
  await state.store.save([{ kind: 'snapshot', drop: snapshot.id }])
  await state.volumeDisks.removeSnapshot(snapshot)
  return { return: true }
}

export const snapshotActions = {
  CreateSnapshot: createSnapshot,
  DescribeSnapshots: describeSnapshots,
  DeleteSnapshot: deleteSnapshot,
} satisfies Record<string, Action>
