import { CloudError } from '../http/cloud-error.ts'
import type { XmlValue } from '../http/xml.ts'
import type { ImageDisk, ImageRecord, InstanceRecord } from '../state/records.ts'
import type { Call, CloudState } from './action.ts'
import { volumesOfInstance } from './volume-lookup.ts'

/** The device that every image boots from. */
export const rootDevice = '/dev/sda1'

/** The root disk of the images that ship with the Sandbox. */
const plainRoot: ImageDisk = {
  device: rootDevice,
  snapshotId: null,
  sizeGib: 8,
  type: 'gp3',
  iops: 3_000,
  throughput: 125,
  encrypted: false,
  deleteOnTermination: true,
}

/** The disks of an image, its root first; a shipped image has no record. */
export function disksOf(image: Pick<ImageRecord, 'disks' | 'snapshotIds'> | undefined): ImageDisk[] {
  if (image && image.disks.length > 0) return image.disks
  return [{ ...plainRoot, snapshotId: image?.snapshotIds[0] ?? null }]
}

/**
 * The disks that an image of an instance gets: all that are attached to it but those that the call leaves out by `NoDevice`.
 * As the API reference says of CreateImage, nothing else of them can be changed than `DeleteOnTermination`.
 */
export function disksForImage(
  state: CloudState,
  call: Call,
  instance: InstanceRecord,
): (ImageDisk & { volumeId: string })[] {
  const mappings = new Map(
    call.params
      .groups('BlockDeviceMapping')
      .map((mapping) => [mapping.required('DeviceName'), mapping] as const),
  )
  const attached = volumesOfInstance(state, instance.id, call.now)
  for (const [device, mapping] of mappings) {
    const change = ['SnapshotId', 'VolumeSize', 'VolumeType', 'Iops', 'Encrypted'].find((name) =>
      mapping.has(`Ebs.${name}`),
    )
    if (change === undefined && attached.some(({ attachment }) => attachment?.device === device)) continue
    throw new CloudError(
      'InvalidBlockDeviceMapping',
      change === undefined
        ? `No volume is attached to ${instance.id} as ${device}`
        : `${change} of ${device} can not be changed while an image is made`,
    )
  }
  return attached.flatMap((volume) => {
    const { id: volumeId, attachment, sizeGib, type, iops, throughput, encrypted } = volume
    if (attachment === null) return []
    const { device } = attachment
    const mapping = mappings.get(device)
    if (device !== rootDevice && mapping?.has('NoDevice') === true) return []
    return {
      volumeId,
      device,
      snapshotId: state.ids.make('snap', (id) => state.store.snapshots.has(id)),
      sizeGib,
      type,
      iops,
      throughput,
      encrypted,
      deleteOnTermination: mapping?.flag('Ebs.DeleteOnTermination') ?? attachment.deleteOnTermination,
    }
  })
}

/** What an image says of its disks. */
export function imageDisksXml(disks: readonly ImageDisk[]): XmlValue {
  return disks.map((disk) => ({
    deviceName: disk.device,
    ebs: {
      snapshotId: disk.snapshotId ?? undefined,
      volumeSize: disk.sizeGib,
      deleteOnTermination: disk.deleteOnTermination,
      volumeType: disk.type,
      iops: disk.iops ?? undefined,
      throughput: disk.throughput ?? undefined,
      encrypted: disk.encrypted,
    },
  }))
}
