import { cp, lstat, mkdir, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Clock, Log } from '../../../engine/ports.ts'
import type { VolumeDisks } from '../ec2/action.ts'
import type { SnapshotRecord, VolumeRecord } from '../state/records.ts'
import type { SandboxStore } from '../state/store.ts'
import { attachmentState, settledVolume } from '../volume-life.ts'

interface VolumeFoldersOptions {
  dir: string
  store: SandboxStore
  clock: Clock
  log: Log
  /** The home directory of an instance, which is the root of its file system. */
  homeOf: (instanceId: string) => string
}

/** A disk's first block, where partition tables are; what a file system holds lies beside it. */
const blockBytes = 4_096
const rootDevice = '/dev/sda1'

/**
 * The content of volumes and snapshots: a folder each, with the first block of the disk (`disk`), its size, and what the
 * instance's own tools write about its file system. An attached volume is a link in the `dev` folder of its instance.
 */
export class VolumeFolders implements VolumeDisks {
  readonly #options: VolumeFoldersOptions
  readonly #waits = new Map<string, AbortController>()
  readonly #tasks = new Set<Promise<void>>()
  readonly #shows = new Map<string, Promise<void>>()

  constructor(options: VolumeFoldersOptions) {
    this.#options = options
  }

  /** Removes what a crash left behind, and sees to what is still under way. */
  async start(): Promise<void> {
    const { store } = this.#options
    await this.#sweep('volumes', (id) => store.volumes.has(id))
    await this.#sweep('snapshots', (id) => store.snapshots.has(id))
    for (const { id, attachment } of store.volumes.values()) {
      if (attachment !== null && attachment.device !== rootDevice) this.follow(id)
    }
  }

  async stop(): Promise<void> {
    for (const wait of this.#waits.values()) wait.abort()
    await Promise.all(this.#tasks)
  }

  async make(volume: VolumeRecord): Promise<void> {
    const dir = this.#volumeDir(volume.id)
    const snapshotDir = volume.snapshotId === null ? undefined : this.#snapshotDir(volume.snapshotId)
    if (snapshotDir !== undefined && (await isThere(snapshotDir))) await copyFolder(snapshotDir, dir)
    else {
      await mkdir(dir, { recursive: true, mode: 0o700 })
      // The snapshots of images are kept by their images: of them a volume has the partition table only.
      const block = snapshotDir === undefined ? Buffer.alloc(blockBytes) : partitionTable()
      await writeFile(join(dir, 'disk'), block, { mode: 0o600 })
    }
    await this.resize(volume)
  }

  async resize(volume: VolumeRecord): Promise<void> {
    if (volume.attachment?.device === rootDevice) return
    await writeFile(join(this.#volumeDir(volume.id), 'size'), `${volume.sizeGib}\n`, { mode: 0o600 })
  }

  async remove(volume: VolumeRecord): Promise<void> {
    await rm(this.#volumeDir(volume.id), { recursive: true, force: true, maxRetries: 3 })
  }

  /** The root disk of an instance is its home directory. */
  async snapshot(volume: VolumeRecord, snapshot: SnapshotRecord): Promise<void> {
    const dir = this.#snapshotDir(snapshot.id)
    const { attachment } = volume
    if (attachment?.device !== rootDevice) {
      await copyFolder(this.#volumeDir(volume.id), dir)
      return
    }
    await mkdir(dir, { recursive: true, mode: 0o700 })
    await writeFile(join(dir, 'disk'), partitionTable(), { mode: 0o600 })
    await copyFolder(this.#options.homeOf(attachment.instanceId), join(dir, 'content'))
  }

  async copySnapshot(fromSnapshotId: string, to: SnapshotRecord): Promise<void> {
    await copyFolder(this.#snapshotDir(fromSnapshotId), this.#snapshotDir(to.id))
  }

  async removeSnapshot(snapshot: SnapshotRecord): Promise<void> {
    await rm(this.#snapshotDir(snapshot.id), { recursive: true, force: true, maxRetries: 3 })
  }

  follow(volumeId: string): void {
    const instanceId = this.#options.store.volumes.get(volumeId)?.attachment?.instanceId
    if (instanceId === undefined) return
    this.#waits.get(volumeId)?.abort()
    const wait = new AbortController()
    this.#waits.set(volumeId, wait)
    const task = this.#drive(volumeId, instanceId, wait.signal)
      .catch((thrown: unknown) => {
        if (wait.signal.aborted) return
        this.#options.log.error({ err: thrown, volume: volumeId }, 'A Sandbox volume does not go on.')
      })
      .finally(() => {
        this.#tasks.delete(task)
        if (this.#waits.get(volumeId) === wait) this.#waits.delete(volumeId)
      })
    this.#tasks.add(task)
  }

  /** Makes the `dev` folder of an instance show the volumes that are attached to it now; one look after another. */
  async showDevices(instanceId: string): Promise<void> {
    const before = this.#shows.get(instanceId)?.catch(() => undefined)
    const show = (before ?? Promise.resolve()).then(() => this.#show(instanceId))
    this.#shows.set(instanceId, show)
    await show.finally(() => {
      if (this.#shows.get(instanceId) === show) this.#shows.delete(instanceId)
    })
  }

  /** The instance is terminated: what is to go with it goes, the rest is free. */
  async release(instanceId: string): Promise<void> {
    const { store, clock } = this.#options
    const now = clock.now()
    for (const record of store.volumesOf(instanceId)) {
      const volume = settledVolume(store, record, now)
      if (volume?.attachment) continue
      await store.save([volume ? { kind: 'volume', put: volume } : { kind: 'volume', drop: record.id }])
      if (!volume) await this.remove(record)
    }
  }

  async #show(instanceId: string): Promise<void> {
    const { store, clock, homeOf } = this.#options
    const now = clock.now()
    const wanted = new Map<string, string>()
    for (const record of store.volumesOf(instanceId)) {
      const attachment = settledVolume(store, record, now)?.attachment
      if (!attachment || attachment.device === rootDevice) continue
      if (attachmentState(attachment, now) === 'attaching') continue
      const disk = join(this.#volumeDir(record.id), 'disk')
      wanted.set(basename(attachment.device), disk)
      wanted.set(join('disk', 'by-id', `nvme-Amazon_Elastic_Block_Store_${record.id.replace('-', '')}`), disk)
    }
    const dev = join(homeOf(instanceId), 'dev')
    const byId = join(dev, 'disk', 'by-id')
    const shown = [...(await volumeLinks(dev, '')), ...(await volumeLinks(byId, join('disk', 'by-id')))]
    for (const name of shown) if (!wanted.has(name)) await rm(join(dev, name), { force: true })
    if (wanted.size === 0) return
    await mkdir(byId, { recursive: true, mode: 0o755 })
    for (const [name, disk] of wanted) {
      const link = join(dev, name)
      if ((await readlink(link).catch(() => undefined)) === disk) continue
      await rm(link, { force: true })
      await symlink(disk, link)
    }
  }

  async #drive(volumeId: string, instanceId: string, signal: AbortSignal): Promise<void> {
    const { store, clock } = this.#options
    for (;;) {
      const now = clock.now()
      const attachment = store.volumes.get(volumeId)?.attachment
      const due = [attachment?.doneAt, attachment?.detachedAt].filter(
        (at) => typeof at === 'number' && at > now,
      )
      const next = due.length === 0 ? undefined : Math.min(...due.map(Number))
      if (next === undefined) break
      await clock.sleep(next - now, signal)
    }
    // An instance that is gone has no folder to show anything in.
    if (store.instances.has(instanceId)) await this.showDevices(instanceId)
  }

  async #sweep(folder: string, isKnown: (id: string) => boolean): Promise<void> {
    const dir = join(this.#options.dir, folder)
    for (const name of await readdir(dir).catch(() => [])) {
      if (!isKnown(name)) await rm(join(dir, name), { recursive: true, force: true, maxRetries: 3 })
    }
  }

  #volumeDir(id: string): string {
    return join(this.#options.dir, 'volumes', id)
  }

  #snapshotDir(id: string): string {
    return join(this.#options.dir, 'snapshots', id)
  }
}

/** The first block of a disk that has one: `55 aa` ends its first sector. */
function partitionTable(): Buffer {
  const block = Buffer.alloc(blockBytes)
  block.set([0x55, 0xaa], 510)
  return block
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

/** Copies files, folders and links as they are; what stands there half done from before is replaced. */
async function copyFolder(from: string, to: string): Promise<void> {
  const half = `${to}.half`
  await rm(half, { recursive: true, force: true, maxRetries: 3 })
  await cp(from, half, {
    recursive: true,
    verbatimSymlinks: true,
    preserveTimestamps: true,
    // Sockets and pipes are nothing that a disk keeps.
    filter: async (path) => {
      const facts = await lstat(path).catch(() => undefined)
      return facts !== undefined && (facts.isFile() || facts.isDirectory() || facts.isSymbolicLink())
    },
  })
  await rename(half, to)
}

/** The links to volumes in a folder; `prefix` is put before their names. */
async function volumeLinks(dir: string, prefix: string): Promise<string[]> {
  const names: string[] = []
  for (const name of await readdir(dir).catch(() => [])) {
    const target = await readlink(join(dir, name)).catch(() => undefined)
    if (target !== undefined && basename(target) === 'disk') names.push(join(prefix, name))
  }
  return names
}
