import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock, Log } from '../../../engine/ports.ts'
import { Journal } from './journal.ts'
import {
  type AccountRecord,
  type AddressRecord,
  Change,
  type GroupRecord,
  type ImageRecord,
  type InstanceRecord,
  type KeyPairRecord,
  type LaunchRecord,
  type PlacementGroupRecord,
  type SnapshotRecord,
  type VolumeRecord,
} from './records.ts'

const Line = z.array(Change)

/** All that the Sandbox knows, in memory and in a journal on disk. */
export class SandboxStore {
  readonly instances = new Map<string, InstanceRecord>()
  readonly launches = new Map<string, LaunchRecord>()
  readonly keyPairs = new Map<string, KeyPairRecord>()
  readonly groups = new Map<string, GroupRecord>()
  readonly images = new Map<string, ImageRecord>()
  readonly volumes = new Map<string, VolumeRecord>()
  readonly addresses = new Map<string, AddressRecord>()
  readonly placementGroups = new Map<string, PlacementGroupRecord>()
  readonly snapshots = new Map<string, SnapshotRecord>()
  readonly #volumesOfInstance = new Map<string, Set<string>>()
  #account: AccountRecord | undefined
  #journal: Journal | undefined

  /**
   * Opens the state of a directory, made when missing. What a crash cut off at the end was never acknowledged; when a line
   * is damaged, the file is set aside and what stood before that line is used.
   */
  async open(options: { dir: string; clock: Clock; log: Log }): Promise<void> {
    await mkdir(options.dir, { recursive: true, mode: 0o700 })
    const path = join(options.dir, 'journal.jsonl')
    const lines = await Journal.lines(path)
    for (const [at, text] of lines.entries()) {
      const changes = readLine(text)
      if (changes === undefined) {
        const aside = `${path}.damaged-${options.clock.now()}`
        await copyFile(path, aside)
        options.log.error({ aside, line: at + 1 }, 'The state of the Sandbox is damaged.')
        break
      }
      this.#apply(changes)
    }
    this.#journal = await Journal.open(path, () =>
      [...this.#changes()].map((change) => JSON.stringify([change])),
    )
  }

  get account(): AccountRecord | undefined {
    return this.#account
  }

  /** The volumes whose records say that they are attached to the instance. */
  volumesOf(instanceId: string): VolumeRecord[] {
    return [...(this.#volumesOfInstance.get(instanceId) ?? [])].flatMap((id) => this.volumes.get(id) ?? [])
  }

  /** Applies the changes at once, all or none after a crash, and resolves when they are on disk. */
  async save(changes: readonly Change[]): Promise<void> {
    if (!this.#journal) throw new Error('The state of the Sandbox is not open.')
    if (changes.length === 0) return
    this.#apply(changes)
    await this.#journal.append(JSON.stringify(changes))
  }

  async close(): Promise<void> {
    await this.#journal?.close()
    this.#journal = undefined
  }

  #apply(changes: readonly Change[]): void {
    for (const change of changes) {
      if ('drop' in change) {
        if (change.kind === 'volume') this.#unlinkVolume(change.drop)
        this.#mapOf(change.kind).delete(change.drop)
        continue
      }
      switch (change.kind) {
        case 'account':
          this.#account = change.put
          break
        case 'instance':
          this.instances.set(change.put.id, change.put)
          break
        case 'launch':
          this.launches.set(change.put.id, change.put)
          break
        case 'keyPair':
          this.keyPairs.set(change.put.id, change.put)
          break
        case 'group':
          this.groups.set(change.put.id, change.put)
          break
        case 'image':
          this.images.set(change.put.id, change.put)
          break
        case 'volume':
          this.#putVolume(change.put)
          break
        case 'snapshot':
          this.snapshots.set(change.put.id, change.put)
          break
        case 'address':
          this.addresses.set(change.put.id, change.put)
          break
        case 'placementGroup':
          this.placementGroups.set(change.put.id, change.put)
          break
      }
    }
  }

  #putVolume(volume: VolumeRecord): void {
    this.#unlinkVolume(volume.id)
    this.volumes.set(volume.id, volume)
    if (volume.attachment === null) return
    const { instanceId } = volume.attachment
    const attached = this.#volumesOfInstance.get(instanceId)
    if (attached) attached.add(volume.id)
    else this.#volumesOfInstance.set(instanceId, new Set([volume.id]))
  }

  #unlinkVolume(id: string): void {
    const instanceId = this.volumes.get(id)?.attachment?.instanceId
    const attached = instanceId === undefined ? undefined : this.#volumesOfInstance.get(instanceId)
    attached?.delete(id)
    if (instanceId !== undefined && attached?.size === 0) this.#volumesOfInstance.delete(instanceId)
  }

  #mapOf(kind: Extract<Change, { drop: string }>['kind']): Map<string, unknown> {
    switch (kind) {
      case 'instance':
        return this.instances
      case 'launch':
        return this.launches
      case 'keyPair':
        return this.keyPairs
      case 'group':
        return this.groups
      case 'image':
        return this.images
      case 'volume':
        return this.volumes
      case 'snapshot':
        return this.snapshots
      case 'address':
        return this.addresses
      case 'placementGroup':
        return this.placementGroups
    }
  }

  *#changes(): Iterable<Change> {
    if (this.#account) yield { kind: 'account', put: this.#account }
    for (const put of this.groups.values()) yield { kind: 'group', put }
    for (const put of this.keyPairs.values()) yield { kind: 'keyPair', put }
    for (const put of this.images.values()) yield { kind: 'image', put }
    for (const put of this.instances.values()) yield { kind: 'instance', put }
    for (const put of this.volumes.values()) yield { kind: 'volume', put }
    for (const put of this.snapshots.values()) yield { kind: 'snapshot', put }
    for (const put of this.addresses.values()) yield { kind: 'address', put }
    for (const put of this.placementGroups.values()) yield { kind: 'placementGroup', put }
    for (const put of this.launches.values()) yield { kind: 'launch', put }
  }
}

function readLine(text: string): Change[] | undefined {
  try {
    return Line.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
