import { EventId } from '../../shared/model/ids.ts'
import type { NewEvent } from '../../shared/model/events.ts'
import { Events } from '../../electron/engine/records/events/index.ts'
import type { Clock } from '../../electron/engine/ports.ts'

/** `web #1` of the farm “shop” is up; every field can be said otherwise. */
export function anEvent(id: string, change: Partial<NewEvent> = {}): NewEvent {
  return {
    id: EventId.parse(id),
    at: '2026-01-01T00:00:00.000Z',
    kind: 'HostUp',
    farmId: 'farm-1',
    farmRoleId: 'web',
    serverId: 'server-1',
    message: `web #1 of shop is up (${id})`,
    reason: null,
    firedBy: 'system',
    causedBy: null,
    data: {},
    error: null,
    ...change,
  }
}

class NotedEvents extends Events {
  readonly #note: (event: NewEvent) => void

  constructor(options: ConstructorParameters<typeof Events>[0], note: (event: NewEvent) => void) {
    super(options)
    this.#note = note
  }

  override told(...words: Parameters<Events['told']>): NewEvent {
    const event = super.told(...words)
    this.#note(event)
    return event
  }
}

/** Makes events and keeps none; `note` gets each that is made. */
export function testEvents(clock: Clock, note: (event: NewEvent) => void = () => undefined): Events {
  return new NotedEvents(
    {
      repository: { append: async () => undefined, list: async () => [] },
      clock,
      newId: () => crypto.randomUUID(),
      userName: 'tester',
    },
    note,
  )
}
