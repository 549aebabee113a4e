import { CloudError } from '../http/cloud-error.ts'
import { settledVolume } from '../volume-life.ts'
import type { SnapshotRecord, VolumeRecord } from '../state/records.ts'
import type { Call, CloudState } from './action.ts'

/** The volumes of the call's region as they are now. */
export function listedVolumes(state: CloudState, call: Call): VolumeRecord[] {
  return [...state.store.volumes.values()].flatMap((record) => {
    if (record.region !== call.region) return []
    return settledVolume(state.store, record, call.now) ?? []
  })
}

/** The volumes that are attached to an instance, its root first. */
export function volumesOfInstance(state: CloudState, instanceId: string, now: number): VolumeRecord[] {
  return state.store.volumesOf(instanceId).flatMap((record) => {
    const volume = settledVolume(state.store, record, now)
    return volume?.attachment?.instanceId === instanceId ? [volume] : []
  })
}

/** Throws `InvalidParameterValue` or `InvalidVolume.NotFound`. */
export function volumeOf(state: CloudState, call: Call, id: string): VolumeRecord {
  if (!/^vol-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) {
    throw new CloudError(
      'InvalidParameterValue',
      `Value (${id}) for parameter volumeId is invalid. Expected: 'vol-...'.`,
    )
  }
  const record = state.store.volumes.get(id)
  const volume = record?.region === call.region ? settledVolume(state.store, record, call.now) : undefined
  if (!volume) throw new CloudError('InvalidVolume.NotFound', `The volume '${id}' does not exist.`)
  return volume
}

/** Throws `InvalidParameterValue` or `InvalidSnapshot.NotFound`. */
export function snapshotOf(state: CloudState, call: Call, id: string): SnapshotRecord {
  if (!/^snap-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) {
    throw new CloudError(
      'InvalidParameterValue',
      `Value (${id}) for parameter snapshotId is invalid. Expected: 'snap-...'.`,
    )
  }
  const record = state.store.snapshots.get(id)
  if (record?.region === call.region) return record
  throw new CloudError('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`)
}
