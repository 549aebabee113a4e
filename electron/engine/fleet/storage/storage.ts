import type { Attachments } from './attachments.ts'
import type { ServerDisks } from './server-disks.ts'
import type { StorageChanges } from './storage-changes.ts'
import type { StorageLooks } from './storage-looks.ts'

interface StorageParts {
  looks: StorageLooks
  changes: StorageChanges
  attachments: Attachments
  disks: ServerDisks
}

/** Block storage as the contract knows it. */
export class Storage {
  readonly #parts: StorageParts

  constructor(parts: StorageParts) {
    this.#parts = parts
  }

  volumes(input: Parameters<StorageLooks['volumes']>[0]) {
    return this.#parts.looks.volumes(input)
  }

  snapshots(input: Parameters<StorageLooks['snapshots']>[0]) {
    return this.#parts.looks.snapshots(input)
  }

  ofServer(input: Parameters<StorageLooks['ofServer']>[0]) {
    return this.#parts.looks.ofServer(input)
  }

  ofFarm(input: Parameters<StorageLooks['ofFarm']>[0]) {
    return this.#parts.looks.ofFarm(input)
  }

  createVolume(input: Parameters<StorageChanges['createVolume']>[0]) {
    return this.#parts.changes.createVolume(input)
  }

  change(input: Parameters<StorageChanges['change']>[0]) {
    return this.#parts.changes.change(input)
  }

  deleteVolumes(input: Parameters<StorageChanges['deleteVolumes']>[0]) {
    return this.#parts.changes.deleteVolumes(input)
  }

  snapshot(input: Parameters<StorageChanges['snapshot']>[0]) {
    return this.#parts.changes.snapshot(input)
  }

  deleteSnapshots(input: Parameters<StorageChanges['deleteSnapshots']>[0]) {
    return this.#parts.changes.deleteSnapshots(input)
  }

  setSchedule(input: Parameters<StorageChanges['setSchedule']>[0]) {
    return this.#parts.changes.setSchedule(input)
  }

  attach(input: Parameters<Attachments['attach']>[0]) {
    return this.#parts.attachments.attach(input)
  }

  detach(input: Parameters<ServerDisks['detach']>[0]) {
    return this.#parts.disks.detach(input)
  }

  grow(input: Parameters<ServerDisks['grow']>[0]) {
    return this.#parts.disks.grow(input)
  }
}
