import { EventId } from '../../../../shared/model/ids.ts'
import type { Event, EventFilter, EventKind, NewEvent } from '../../../../shared/model/events.ts'
import type { Clock } from '../../ports.ts'

/** Where events are kept. */
export interface EventRepository {
  append(events: readonly NewEvent[]): Promise<void>
  list(filter: EventFilter): Promise<Event[]>
}

interface EventsOptions {
  repository: EventRepository
  clock: Clock
  newId: () => string
  /** The person at this machine: the cause of what a person fired, where none is named. */
  userName: string
}

/** What an event is about and what it tells beside its sentence; what is not given is null or empty. */
export type EventAbout = Partial<Omit<NewEvent, 'id' | 'at' | 'kind' | 'message'>>

/** What happened, in the past tense. */
export class Events {
  readonly #options: EventsOptions

  constructor(options: EventsOptions) {
    this.#options = options
  }

  /** Newest first. */
  list(filter: EventFilter): Promise<Event[]> {
    return this.#options.repository.list(filter)
  }

  /** An event of now, to be handed to the store that writes the change that it tells of: both are one transaction. */
  told(kind: EventKind, message: string, about: EventAbout = {}): NewEvent {
    const firedBy = about.firedBy ?? 'system'
    const person = firedBy === 'person' ? { kind: 'person' as const, id: this.#options.userName } : null
    return {
      id: EventId.parse(this.#options.newId()),
      at: new Date(this.#options.clock.now()).toISOString(),
      kind,
      message,
      farmId: about.farmId ?? null,
      farmRoleId: about.farmRoleId ?? null,
      serverId: about.serverId ?? null,
      reason: about.reason ?? null,
      firedBy,
      causedBy: about.causedBy ?? person,
      data: about.data ?? {},
      error: about.error ?? null,
    }
  }

  /** Tells of something that changed no record of the ledger: in a cloud, on a server. */
  tell(kind: EventKind, message: string, about: EventAbout = {}): Promise<void> {
    return this.append(this.told(kind, message, about))
  }

  /** Keeps an event that goes along with no change. */
  append(event: NewEvent): Promise<void> {
    return this.#options.repository.append([event])
  }
}
