import { z } from 'zod'
import { SnapshotSchedule } from '../model/farm-role-storage.ts'
import { FarmId, ServerId } from '../model/ids.ts'
import { JobRef } from '../model/jobs.ts'
import {
  AttachVolume,
  CreateVolume,
  DeleteOutcome,
  FarmVolume,
  StoragePlace,
  StorageSnapshot,
  StorageVolume,
  VolumeRef,
} from '../model/storage.ts'
import { VolumeChange } from '../model/volumes.ts'
import { method } from './method.ts'

export const storage = {
  /** All volumes of a location, as the cloud lists them now. */
  volumes: method
    .route({ method: 'GET', path: '/clouds/{cloudId}/locations/{location}/volumes' })
    .input(StoragePlace)
    .output(z.array(StorageVolume)),
  /** Snapshots of a location: the account's own, or with `shared` also those that others share with it. */
  snapshots: method
    .route({ method: 'GET', path: '/clouds/{cloudId}/locations/{location}/snapshots' })
    .input(
      StoragePlace.extend({
        shared: z
          .union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')])
          .default(false),
      }),
    )
    .output(z.array(StorageSnapshot)),
  /** The disks of a server, its root among them. */
  ofServer: method
    .route({ method: 'GET', path: '/servers/{serverId}/volumes' })
    .input(z.strictObject({ serverId: ServerId }))
    .output(z.array(StorageVolume)),
  /** The disks that are kept for the places of a farm, from Farmhand's own books. */
  ofFarm: method
    .route({ method: 'GET', path: '/farms/{farmId}/volumes' })
    .input(z.strictObject({ farmId: FarmId }))
    .output(z.array(FarmVolume)),
  createVolume: method
    .route({ method: 'POST', path: '/volumes' })
    .input(CreateVolume)
    .output(z.object({ volumeId: z.string() })),
  attach: method.route({ method: 'POST', path: '/volumes/attach' }).input(AttachVolume).output(JobRef),
  /** Unmounts what Farmhand mounted, then detaches; with `force` also when it cannot be unmounted. */
  detach: method
    .route({ method: 'POST', path: '/volumes/detach' })
    .input(VolumeRef.extend({ force: z.boolean().default(false) }))
    .output(JobRef),
  change: method
    .route({ method: 'POST', path: '/volumes/change' })
    .input(VolumeRef.extend({ change: VolumeChange }))
    .output(z.void()),
  /** Makes the file system of a mounted volume as large as the volume. */
  grow: method.route({ method: 'POST', path: '/volumes/grow' }).input(VolumeRef).output(z.void()),
  deleteVolumes: method
    .route({ method: 'POST', path: '/volumes/delete' })
    .input(StoragePlace.extend({ volumeIds: z.array(z.string().min(1)).min(1).max(200) }))
    .output(z.array(DeleteOutcome)),
  snapshot: method
    .route({ method: 'POST', path: '/volumes/snapshot' })
    .input(VolumeRef.extend({ description: z.string().max(255).default('') }))
    .output(z.object({ snapshotId: z.string() })),
  deleteSnapshots: method
    .route({ method: 'POST', path: '/snapshots/delete' })
    .input(StoragePlace.extend({ snapshotIds: z.array(z.string().min(1)).min(1).max(200) }))
    .output(z.array(DeleteOutcome)),
  /** Automatic snapshots of a volume; null: none. */
  setSchedule: method
    .route({ method: 'POST', path: '/volumes/schedule' })
    .input(VolumeRef.extend({ schedule: SnapshotSchedule.nullable() }))
    .output(z.void()),
}
