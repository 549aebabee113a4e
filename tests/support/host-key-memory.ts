import { HostKeys } from '../../electron/engine/access/ssh/index.ts'
import type { HostKeyQuestion } from '../../electron/engine/access/ssh/host-keys.ts'
import type { Clock } from '../../electron/engine/ports.ts'
import type { HostKey } from '../../shared/model/ssh-keys.ts'
import type { NewEvent } from '../../shared/model/events.ts'
import { testEvents } from './events.ts'
import { silentLog } from './logs.ts'

/** Host keys kept in memory, with the questions that were asked and a way to answer them. */
export interface HostKeyMemory {
  hostKeys: HostKeys
  pins: Map<string, HostKey>
  trusted: NewEvent[]
  questions: { question: HostKeyQuestion; answer(answer: 'accept' | 'refuse'): void }[]
  /** Resolves with the next pin that is made or replaced. */
  nextTrusted(): Promise<NewEvent>
}

export function hostKeyMemory(clock: Clock): HostKeyMemory {
  const pins = new Map<string, HostKey>()
  const trusted: NewEvent[] = []
  const questions: HostKeyMemory['questions'] = []
  let next = Promise.withResolvers<NewEvent>()
  const hostKeys = new HostKeys({
    clock,
    log: silentLog,
    store: {
      get: async (serverId) => Promise.resolve(pins.get(serverId)),
      put: async (hostKey, events = []) => {
        pins.set(hostKey.serverId, hostKey)
        trusted.push(...events)
        const [event] = events
        if (event) next.resolve(event)
        next = Promise.withResolvers()
      },
    },
    askPerson: async (question) =>
      new Promise((resolve) => {
        questions.push({ question, answer: resolve })
      }),
    events: testEvents(clock),
    servers: { find: () => undefined, apply: () => Promise.reject(new Error('there are no servers')) },
  })
  return { hostKeys, pins, trusted, questions, nextTrusted: async () => next.promise }
}
