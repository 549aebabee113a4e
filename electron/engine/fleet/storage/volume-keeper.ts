import { toAppError } from '../../../../shared/model/errors.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import type { VolumeRecord } from '../../../../shared/model/volume-records.ts'
import type { CloudProvider } from '../../clouds/index.ts'
import type { Clock, Log } from '../../ports.ts'
import type { LostAnswers } from './lost-answers.ts'
import type { SnapshotKeeper } from './snapshot-keeper.ts'
import type { VolumeMaker } from './volume-maker.ts'
import type { VolumeStore } from './volume-store.ts'

interface VolumeKeeperOptions {
  store: VolumeStore
  maker: VolumeMaker
  snapshots: SnapshotKeeper
  lost: LostAnswers
  findServer: (id: string) => Promise<Server | undefined>
  watch: <T>(cloudId: string, location: string, call: (provider: CloudProvider) => Promise<T>) => Promise<T>
  isKnownCloud: (cloudId: string) => boolean
  /** Told after each look. */
  onPass: () => void
  clock: Clock
  log: Log
}

const IDLE_MS = 15_000
const BUSY_MS = 2_000
const SNAPSHOTS_EVERY_MS = 30_000

/**
 * Keeps volume records as their servers are: one that went down lets go of its volumes, those that go with their server are
 * deleted, and what a move left is cleaned up. Looks at the snapshot schedules in between, and
 * for what was asked for before a crash.
 */
export class VolumeKeeper {
  readonly #options: VolumeKeeperOptions
  readonly #stop = new AbortController()
  #loop: Promise<void> = Promise.resolve()
  #wake: () => void = () => undefined
  #isWoken = false
  #snapshotsAtMs = Number.NEGATIVE_INFINITY

  constructor(options: VolumeKeeperOptions) {
    this.#options = options
  }

  start(): void {
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    this.#wake()
    await this.#loop
  }

  /** Something changed: look now. */
  wake(): void {
    this.#isWoken = true
    this.#wake()
  }

  /** A snapshot may be due: look at the schedules now. */
  lookAtSchedules(): void {
    this.#snapshotsAtMs = Number.NEGATIVE_INFINITY
    this.wake()
  }

  /** One look at all records; true when something is still under way. Tests call it by itself. */
  async pass(): Promise<boolean> {
    let isBusy = false
    for (const { id } of this.#options.store.all()) {
      try {
        isBusy = (await this.#look(id)) || isBusy
      } catch (thrown) {
        isBusy = true
        const error = toAppError(thrown)
        if (error.code === 'internal')
          this.#options.log.error({ err: thrown, volume: id }, 'a volume could not be kept')
      }
    }
    return isBusy
  }

  async #run(): Promise<void> {
    const { clock, log, snapshots, lost } = this.#options
    const { signal } = this.#stop
    while (!signal.aborted) {
      this.#isWoken = false
      const isBusy = await this.pass()
      await lost.look().catch((thrown: unknown) => {
        log.error({ err: thrown }, 'volumes that were asked for could not be looked for')
      })
      if (clock.monotonic() - this.#snapshotsAtMs >= SNAPSHOTS_EVERY_MS) {
        this.#snapshotsAtMs = clock.monotonic()
        await snapshots.run().catch((thrown: unknown) => {
          log.error({ err: thrown }, 'the snapshot schedules could not be followed')
        })
      }
      this.#options.onPass()
      if (this.#isWoken) continue
      const nap = new AbortController()
      this.#wake = () => nap.abort()
      const waking = AbortSignal.any([signal, nap.signal])
      await clock.sleep(isBusy ? BUSY_MS : IDLE_MS, waking).catch(() => undefined)
    }
  }

  async #look(id: string): Promise<boolean> {
    const { store, findServer, isKnownCloud, watch } = this.#options
    const record = store.find(id)
    if (!record || !isKnownCloud(record.cloudId)) return false
    if (record.serverId !== null) {
      const server = await findServer(record.serverId)
      if (server && server.status !== 'terminated') return false
      await this.#letGo(record)
    }
    const now = store.get(id)
    const hasLeftovers = now.leftovers.length > 0 && now.intent === null && now.volumeId !== null
    if (now.intent?.kind !== 'delete' && !hasLeftovers) return false
    await store.alone(id, () =>
      watch(now.cloudId, now.location, (provider) => this.#act(store.get(id), provider)),
    )
    return store.find(id) !== undefined
  }

  /** The server is gone: the volume waits for the next one of its index, or goes with it. */
  async #letGo(record: VolumeRecord): Promise<void> {
    const goes = !record.reuse && !record.manual
    await this.#options.store.change(record.id, {
      serverId: null,
      device: null,
      mount: 'not-mounted',
      ...(goes ? { intent: { kind: 'delete' } } : {}),
    })
  }

  async #act(record: VolumeRecord, provider: CloudProvider): Promise<void> {
    const { store, maker } = this.#options
    if (record.intent?.kind === 'delete') {
      await maker.delete(record, provider)
      await store.remove(record.id)
      return
    }
    const [volume] = await provider.volumes.listById(record.location, [record.volumeId ?? ''])
    const isThere = volume?.state === 'available' || volume?.state === 'in-use'
    if (isThere) await maker.cleanUp(record, provider)
  }
}
