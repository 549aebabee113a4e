import type { XmlValue } from '../http/xml.ts'
import type { SnapshotRecord, VolumeRecord } from '../state/records.ts'
import { attachmentState, snapshotProgress, snapshotState, volumeState } from '../volume-life.ts'
import type { CloudState } from './action.ts'
import { tagSetXml } from './tag-sets.ts'

export function attachmentXml(volume: VolumeRecord, now: number): Readonly<Record<string, XmlValue>> {
  const { attachment } = volume
  if (attachment === null) return {}
  return {
    volumeId: volume.id,
    instanceId: attachment.instanceId,
    device: attachment.device,
    status: attachmentState(attachment, now),
    attachTime: new Date(attachment.attachedAt).toISOString(),
    deleteOnTermination: attachment.deleteOnTermination,
  }
}

export function volumeXml(volume: VolumeRecord, now: number): Readonly<Record<string, XmlValue>> {
  return {
    volumeId: volume.id,
    size: volume.sizeGib,
    snapshotId: volume.snapshotId ?? '',
    availabilityZone: volume.zone,
    status: volumeState(volume, now),
    createTime: new Date(volume.createdAt).toISOString(),
    attachmentSet: volume.attachment === null ? [] : [attachmentXml(volume, now)],
    tagSet: tagSetXml(volume.tags),
    volumeType: volume.type,
    iops: volume.iops,
    throughput: volume.throughput,
    encrypted: volume.encrypted,
    kmsKeyId: volume.kmsKeyId,
    multiAttachEnabled: false,
  }
}

export function snapshotXml(
  state: CloudState,
  snapshot: SnapshotRecord,
  now: number,
): Readonly<Record<string, XmlValue>> {
  return {
    snapshotId: snapshot.id,
    volumeId: snapshot.volumeId,
    status: snapshotState(snapshot, now),
    startTime: new Date(snapshot.startedAt).toISOString(),
    progress: `${snapshotProgress(snapshot, now)}%`,
    ownerId: state.store.account?.accountId,
    volumeSize: snapshot.sizeGib,
    description: snapshot.description,
    encrypted: snapshot.encrypted,
    storageTier: 'standard',
    tagSet: tagSetXml(snapshot.tags),
  }
}

/** What an instance says of its disks. */
export function blockDevicesXml(volumes: readonly VolumeRecord[], now: number): XmlValue {
  return volumes.flatMap(({ id, attachment }) =>
    attachment === null
      ? []
      : [
          {
            deviceName: attachment.device,
            ebs: {
              volumeId: id,
              status: attachmentState(attachment, now),
              attachTime: new Date(attachment.attachedAt).toISOString(),
              deleteOnTermination: attachment.deleteOnTermination,
            },
          },
        ],
  )
}
