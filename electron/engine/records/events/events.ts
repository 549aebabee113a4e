import { EventId } from '../../../../shared/model/ids.ts'
import type { Event, EventFilter, EventKind } from '../../../../shared/model/events.ts'
import type { Clock } from '../../ports.ts'

/** Where events are kept; only ever added to. */
export interface EventRepository {
  append(events: readonly Event[]): Promise<void>
  list(filter: EventFilter): Promise<Event[]>
}

/** What happened, in the past tense, for timelines. */
export class Events {
  readonly #options: { repository: EventRepository; clock: Clock; newId: () => string }

  constructor(options: { repository: EventRepository; clock: Clock; newId: () => string }) {
    this.#options = options
  }

  /** Newest first. */
  async list(filter: EventFilter): Promise<Event[]> {
    return this.#options.repository.list(filter)
  }

  /** Writes down that something happened; what is not given is null. */
  async tell(
    kind: EventKind,
    message: string,
    about: Partial<Pick<Event, 'farmId' | 'farmRoleId' | 'serverId' | 'reason' | 'error' | 'firedBy'>> = {},
  ): Promise<void> {
    await this.#options.repository.append([
      {
        id: EventId.parse(this.#options.newId()),
        at: new Date(this.#options.clock.now()).toISOString(),
        kind,
        message,
        farmId: about.farmId ?? null,
        farmRoleId: about.farmRoleId ?? null,
        serverId: about.serverId ?? null,
        reason: about.reason ?? null,
        firedBy: about.firedBy ?? 'system',
        error: about.error ?? null,
      },
    ])
  }
}
