import type { Clock, Log } from '../../ports.ts'
import type { FarmFinisher } from '../farms/index.ts'
import type { LostAnswers } from './lost-answers.ts'
import type { SnapshotKeeper } from './snapshot-keeper.ts'
import type { VolumeKeeper } from './volume-keeper.ts'

interface StorageLoopOptions {
  volumes: VolumeKeeper
  lost: LostAnswers
  snapshots: SnapshotKeeper
  finisher: Pick<FarmFinisher, 'look'>
  clock: Clock
  log: Log
}

const IDLE_MS = 15_000
const BUSY_MS = 2_000
const SNAPSHOTS_EVERY_MS = 30_000

/** Looks at the volumes again and again, at what was asked for before a crash, and at the snapshot schedules in between. */
export class StorageLoop {
  readonly #options: StorageLoopOptions
  readonly #stop = new AbortController()
  #loop: Promise<void> = Promise.resolve()
  #wake: () => void = () => undefined
  #isWoken = false
  #snapshotsAtMs = Number.NEGATIVE_INFINITY

  constructor(options: StorageLoopOptions) {
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

  async #run(): Promise<void> {
    const { volumes, lost, snapshots, finisher, clock, log } = this.#options
    const { signal } = this.#stop
    while (!signal.aborted) {
      this.#isWoken = false
      const isBusy = await volumes.look()
      await lost.look().catch((thrown: unknown) => {
        log.error({ err: thrown }, 'volumes that were asked for could not be looked for')
      })
      if (clock.monotonic() - this.#snapshotsAtMs >= SNAPSHOTS_EVERY_MS) {
        this.#snapshotsAtMs = clock.monotonic()
        await snapshots.run().catch((thrown: unknown) => {
          log.error({ err: thrown }, 'the snapshot schedules could not be followed')
        })
      }
      // A volume that is gone may be the last thing that a farm waits for.
      finisher.look()
      if (this.#isWoken) continue
      const nap = new AbortController()
      this.#wake = () => nap.abort()
      const waking = AbortSignal.any([signal, nap.signal])
      await clock.sleep(isBusy ? BUSY_MS : IDLE_MS, waking).catch(() => undefined)
    }
  }
}
