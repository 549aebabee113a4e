import { HostKeys } from '../../electron/engine/access/ssh/index.ts'
import type { HostKeyQuestion, HostKeyTrusted } from '../../electron/engine/access/ssh/index.ts'
import type { Clock } from '../../electron/engine/ports.ts'
import type { HostKey } from '../../shared/model/ssh-keys.ts'
import { silentLog } from './logs.ts'

/** Host keys kept in memory, with the questions that were asked and a way to answer them. */
export interface HostKeyMemory {
  hostKeys: HostKeys
  pins: Map<string, HostKey>
  trusted: HostKeyTrusted[]
  questions: { question: HostKeyQuestion; answer(answer: 'accept' | 'refuse'): void }[]
  /** Resolves with the next pin that is made or replaced. */
  nextTrusted(): Promise<HostKeyTrusted>
}

export function hostKeyMemory(clock: Clock): HostKeyMemory {
  const pins = new Map<string, HostKey>()
  const trusted: HostKeyTrusted[] = []
  const questions: HostKeyMemory['questions'] = []
  let next = Promise.withResolvers<HostKeyTrusted>()
  const hostKeys = new HostKeys({
    clock,
    log: silentLog,
    store: {
      get: async (serverId) => Promise.resolve(pins.get(serverId)),
      put: async (hostKey) => {
        pins.set(hostKey.serverId, hostKey)
        return Promise.resolve()
      },
    },
    askPerson: async (question) =>
      new Promise((resolve) => {
        questions.push({ question, answer: resolve })
      }),
    onTrusted: (entry) => {
      trusted.push(entry)
      next.resolve(entry)
      next = Promise.withResolvers()
    },
  })
  return { hostKeys, pins, trusted, questions, nextTrusted: async () => next.promise }
}
