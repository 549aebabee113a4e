import type { NewEvent } from '../../../../shared/model/events.ts'
import type { CloudProvider, Clouds } from '../../clouds/index.ts'
import type { Clock } from '../../ports.ts'
import type { Events } from '../../records/events/index.ts'
import { VOLUME_TAGS } from './volume-tags.ts'

interface Call {
  token: string
  at: string
  cloudId: string
  location: string
  action: string
}

interface LostAnswersOptions {
  calls: {
    unanswered(): Promise<Call[]>
    answered(
      token: string,
      state: 'answered' | 'failed',
      answer: unknown,
      events?: readonly NewEvent[],
    ): Promise<void>
  }
  clouds: Pick<Clouds, 'has' | 'watch'>
  events: Pick<Events, 'told'>
  clock: Clock
}

/** What a cloud made this long ago is in its lists. */
const LISTED_MS = 120_000

/**
 * Volumes and snapshots that a person asked for when the engine died before the cloud's answer: they are looked for by their
 * tag, and told of, so that nothing that costs money is without a word.
 */
export class LostAnswers {
  readonly #options: LostAnswersOptions
  #left: Call[] = []

  constructor(options: LostAnswersOptions) {
    this.#options = options
  }

  /** Reads what an earlier run left; before this one asks for anything. */
  async start(): Promise<void> {
    const all = await this.#options.calls.unanswered()
    this.#left = all.filter(({ action }) => action === 'CreateVolume' || action === 'CreateSnapshot')
  }

  /** Looks for what is still open. A cloud that does not answer is asked again at the next look. */
  async look(): Promise<void> {
    if (this.#left.length === 0) return
    const { clouds } = this.#options
    const open: Call[] = []
    for (const call of this.#left) {
      if (!clouds.has(call.cloudId)) continue
      const isOver = await clouds
        .watch(call.cloudId, call.location, (provider) => this.#find(call, provider))
        .catch(() => false)
      if (!isOver) open.push(call)
    }
    this.#left = open
  }

  async #find({ token, at, location, action }: Call, provider: CloudProvider): Promise<boolean> {
    const { calls, events, clock } = this.#options
    const isVolume = action === 'CreateVolume'
    const [found] = isVolume
      ? await provider.volumes.listByTag(location, { key: VOLUME_TAGS.volume, value: token })
      : await provider.snapshots.listByTag(location, { key: VOLUME_TAGS.snapshot, value: token })
    if (found) {
      const answer = isVolume ? { volumeId: found.id } : { snapshotId: found.id }
      const what = isVolume ? `Volume ${found.id} was made` : `Snapshot ${found.id} was begun`
      const event = events.told(
        isVolume ? 'VolumeCreated' : 'SnapshotCreated',
        `${what} in ${location} while Farmhand was interrupted`,
        { data: { location, ...answer } },
      )
      await calls.answered(token, 'answered', answer, [event])
      return true
    }
    if (Math.abs(clock.now() - Date.parse(at)) < LISTED_MS) return false
    await calls.answered(token, 'failed', { reason: 'The cloud has nothing with its tag.' })
    return true
  }
}
