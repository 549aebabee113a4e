import { AppError } from '../../../../shared/model/errors.ts'
import type { EventAbout, Events } from '../../records/events/index.ts'
import type { NewEvent } from '../../../../shared/model/events.ts'
import type { Farm, FarmDesign, FarmState } from '../../../../shared/model/farms.ts'

/** Where designs are kept. */
interface FarmDesignRepository {
  list(): Promise<FarmDesign[]>
  put(design: FarmDesign): Promise<void>
  remove(id: string): Promise<void>
}

/** Where the life of farms is kept. */
interface FarmStateRepository {
  list(): Promise<FarmState[]>
  put(state: FarmState, events?: readonly NewEvent[]): Promise<void>
  remove(id: string): Promise<void>
}

interface FarmStoreOptions {
  designs: FarmDesignRepository
  states: FarmStateRepository
  events: Pick<Events, 'told'>
  onChange: (put: readonly Farm[], dropped: readonly string[]) => void
}

/** What is told of a changed design; the sentence that it was changed, where nothing else is said. */
export type DesignChange = { message?: string } & Pick<EventAbout, 'firedBy' | 'causedBy' | 'data'>

/** Designs and states of all farms, in memory, written through. A returned promise means: on disk. */
export class FarmStore {
  readonly #options: FarmStoreOptions
  readonly #designs = new Map<string, FarmDesign>()
  readonly #states = new Map<string, FarmState>()
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor(options: FarmStoreOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    for (const design of await this.#options.designs.list()) this.#designs.set(design.id, design)
    for (const state of await this.#options.states.list()) this.#states.set(state.farmId, state)
    for (const design of this.#designs.values()) {
      const state = this.#state(design)
      if (state.status !== 'running') continue
      // Records of older versions do not say; from now on they do. A later design was kept just before a crash.
      const noted =
        state.toldOf === null
          ? this.#keep(design, { ...state, toldOf: design.updatedAt }, [])
          : this.#tellOf(design, {})
      // A full disk keeps nobody from starting: it is noted with the next change, or at the next start.
      await noted.catch(() => undefined)
    }
    this.#options.onChange(this.list(), [])
  }

  list(): Farm[] {
    return [...this.#designs.values()].map((design) => this.#farm(design))
  }

  find(id: string): Farm | undefined {
    const design = this.#designs.get(id)
    return design ? this.#farm(design) : undefined
  }

  /** Throws `input.not_found`. */
  get(id: string): Farm {
    const farm = this.find(id)
    if (!farm) throw new AppError('input.not_found', { message: `There is no farm ${id}.` })
    return farm
  }

  /** The design alone, without a copy. Throws `input.not_found`. */
  design(id: string): FarmDesign {
    const design = this.#designs.get(id)
    if (!design) throw new AppError('input.not_found', { message: `There is no farm ${id}.` })
    return design
  }

  /**
   * Keeps a design. Of a farm that runs this is told: a crash in between leaves that to the next start. With `from`, throws
   * `input.conflict` when the design is no longer the one of that time.
   */
  saveDesign(design: FarmDesign, { from, ...why }: DesignChange & { from?: string } = {}): Promise<Farm> {
    return this.#inTurn(design.id, async () => {
      const now = this.#designs.get(design.id)
      if (from !== undefined && now && now.updatedAt !== from) throw changedMeanwhile(now)
      await this.#options.designs.put(design)
      this.#designs.set(design.id, design)
      // The design is kept: what the ledger does not take now is told with the next change, or at the next start.
      await this.#tellOf(design, why).catch(() => undefined)
      return this.#publish(design)
    })
  }

  /**
   * Changes the state by a pure step on the newest one, in one transaction with the events that tell of it. When the step
   * answers the same object, nothing changes and nothing is told; what the disk refuses has not happened.
   */
  changeState(
    id: string,
    step: (state: FarmState) => FarmState,
    events: readonly NewEvent[] = [],
  ): Promise<Farm> {
    return this.#inTurn(id, async () => {
      const design = this.design(id)
      const before = this.#state(design)
      const after = step(before)
      if (after === before) return this.#farm(design)
      await this.#keep(design, after, events)
      return this.#publish(design)
    })
  }

  remove(id: string): Promise<void> {
    return this.#inTurn(id, async () => {
      await this.#options.designs.remove(id)
      await this.#options.states.remove(id)
      this.#designs.delete(id)
      this.#states.delete(id)
      this.#options.onChange([], [id])
    })
  }

  /** Changes of one farm go one after the other: each begins with what the last one left on disk. */
  #inTurn<T>(id: string, change: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(id) ?? Promise.resolve()).then(change, change)
    this.#turns.set(id, turn)
    const end = (): void => {
      if (this.#turns.get(id) === turn) this.#turns.delete(id)
    }
    turn.then(end, end)
    return turn
  }

  async #keep(design: FarmDesign, state: FarmState, events: readonly NewEvent[]): Promise<void> {
    await this.#options.states.put(state, events)
    this.#states.set(design.id, state)
  }

  async #tellOf(design: FarmDesign, { message, data, ...about }: DesignChange): Promise<void> {
    const state = this.#state(design)
    if (state.status !== 'running' || state.toldOf === design.updatedAt) return
    const told = this.#options.events.told(
      'FarmChanged',
      message ?? `The design of ${design.name} was changed`,
      { farmId: design.id, data: { farm: design.name, ...data }, ...about },
    )
    await this.#keep(design, { ...state, toldOf: design.updatedAt, saidBy: told.id }, [told])
  }

  #publish(design: FarmDesign): Farm {
    const farm = this.#farm(design)
    this.#options.onChange([farm], [])
    return farm
  }

  #farm(design: FarmDesign): Farm {
    return { ...design, state: this.#state(design) }
  }

  #state(design: FarmDesign): FarmState {
    return (
      this.#states.get(design.id) ?? {
        farmId: design.id,
        status: 'terminated',
        launchedAt: null,
        leaseEndsAt: null,
        leaseExtensions: 0,
        leaseWarned: null,
        hours: null,
        ranSince: null,
        hoursWarned: null,
        stoppedByHoursAt: null,
        termination: null,
        lock: null,
        reconciledAt: null,
        problem: null,
        paused: [],
        toldOf: null,
        saidBy: null,
      }
    )
  }
}

function changedMeanwhile({ name, updatedAt }: FarmDesign): AppError {
  return new AppError('input.conflict', {
    message: `“${name}” was changed meanwhile (${updatedAt}). Compare, then save again.`,
  })
}
