import { randomBytes, randomUUID } from 'node:crypto'
import { EventConsumers, Events, LiveEvents } from './events/index.ts'
import { ChangeFeed, publishTo } from './feed/index.ts'
import { Jobs } from './jobs/index.ts'
import { Notices } from './notices/index.ts'
import { openState } from '../state/open-state.ts'
import type { Ports } from '../ports.ts'
import { Prompts } from './prompts/index.ts'
import { Tasks } from './tasks/index.ts'

/** What every noun stands on: the state on disk, the change feed, and the records of what happens. */
export type CoreServices = Awaited<ReturnType<typeof openCore>>

/** Short ids keep tags and file names readable: 12 characters of 5 bits, 60 random bits. */
function newId(): string {
  const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789'
  return [...randomBytes(12)].map((byte) => alphabet[byte % alphabet.length]).join('')
}

/** Opens the data directory and what stands on it. Throws as `openState` does. */
export async function openCore(ports: Ports) {
  const { clock, log } = ports
  const state = await openState(ports)
  const { ledger } = state
  const feed = new ChangeFeed({ epoch: randomUUID(), clock })
  const consumers = new EventConsumers({ stream: ledger.events, cursors: ledger.cursors, clock, log })
  const jobs = new Jobs({
    repository: ledger.jobs,
    clock,
    log,
    newId,
    onChange: (job) => feed.put('jobs', job),
  })
  return {
    ...state,
    workspaceId: state.workspace.id,
    clock,
    log,
    newId,
    newToken: randomUUID as () => string,
    feed,
    jobs,
    notices: new Notices({ clock, onChange: publishTo(feed, 'notices') }),
    events: new Events({ repository: ledger.events, clock, newId, userName: ports.userName }),
    consumers,
    liveEvents: new LiveEvents({ feed, repository: ledger.events, consumers }),
    prompts: new Prompts({ clock, newId, onChange: publishTo(feed, 'prompts') }),
    tasks: new Tasks({ repository: ledger.tasks, jobs, clock, log }),
    /** Lets work go on beside the caller; a failure is logged. */
    inBackground: (work: Promise<unknown>): Promise<void> =>
      work.then(
        () => undefined,
        (thrown: unknown) => log.error({ err: thrown }, 'work in the background failed'),
      ),
    /** Closes the files. */
    close: async (): Promise<void> => {
      await state.vault.close()
      await ledger.close()
      await state.workspace.close()
      await state.dataDir.close()
    },
  }
}
