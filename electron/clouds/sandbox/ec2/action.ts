import type { Clock } from '../../../engine/ports.ts'
import type { Params } from '../http/params.ts'
import type { XmlValue } from '../http/xml.ts'
import type { Ids } from '../ids.ts'
import type { SandboxTimes } from '../settings.ts'
import type { SnapshotRecord, VolumeRecord } from '../state/records.ts'
import type { SandboxStore } from '../state/store.ts'

/** What the actions work on. */
export interface CloudState {
  store: SandboxStore
  ids: Ids
  times: SandboxTimes
  clock: Clock
  /** Whether each instance may have a loopback address of its own. */
  ownAddresses: boolean
  /** Tells whoever runs the machines that these instances changed. */
  follow: (instanceIds: readonly string[]) => void
  /** Serial console text of an instance and when it last grew. */
  consoleText: (instanceId: string) => Promise<{ text: string; at: number }>
  /** The files of images and instances. */
  disks: CloudDisks
  volumeDisks: VolumeDisks
  faults: CloudFaults
}

/** The files that an image holds and an instance starts with. */
interface CloudDisks {
  /** Keeps a copy of an instance's files as they are now. */
  saveInstance: (instanceId: string, imageId: string) => Promise<void>
  copyImage: (fromImageId: string, imageId: string) => Promise<void>
  removeImage: (imageId: string) => Promise<void>
}

/** What volumes and snapshots hold. */
export interface VolumeDisks {
  /** Makes the content of a new volume: blank, or that of its snapshot. */
  make: (volume: VolumeRecord) => Promise<void>
  resize: (volume: VolumeRecord) => Promise<void>
  remove: (volume: VolumeRecord) => Promise<void>
  /** Keeps what the volume holds now. */
  snapshot: (volume: VolumeRecord, snapshot: SnapshotRecord) => Promise<void>
  copySnapshot: (fromSnapshotId: string, to: SnapshotRecord) => Promise<void>
  removeSnapshot: (snapshot: SnapshotRecord) => Promise<void>
  /** This volume was attached or is to be detached: sees to its devices when that is done. */
  follow: (volumeId: string) => void
}

/** The faults that an action has to know of; the others are made around it. */
interface CloudFaults {
  /** How many instances of `count` this zone has room for; it is counted as one call. */
  roomIn: (zone: string, count: number) => number
  /** By how much spot instances are dearer than usual now; it is counted as one call. */
  spotPriceFactor: () => number
  /** How long an instance that is launched now stays unknown, or undefined for the usual time. */
  invisibleMs: () => number | undefined
  /** Whether the image that is made now fails, and with which words. */
  imageFailure: () => string | undefined
  /** Whether a volume that is attached now stays in *attaching*. */
  isAttachStuck: () => boolean
  /** Whether this page of this action's list is to be left out. */
  isPageMissing: (action: string, page: number) => boolean
}

export interface Call {
  action: string
  region: string
  params: Params
  now: number
}

export type Reply = Readonly<Record<string, XmlValue>>

/** One action of the API. Refuses by throwing a CloudError. */
export type Action = (state: CloudState, call: Call) => Reply | Promise<Reply>
