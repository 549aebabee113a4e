import { randomUUID } from 'node:crypto'
import type { Ports } from '../ports.ts'
import { openState } from '../state/open-state.ts'
import { Bell } from './bell/index.ts'
import { EventConsumers, Events, LiveEvents } from './events/index.ts'
import { ChangeFeed, publishTo } from './feed/index.ts'
import { createIds } from './ids/index.ts'
import { Jobs } from './jobs/index.ts'
import { Notices } from './notices/index.ts'
import { Prompts } from './prompts/index.ts'
import { ServerStore } from './servers/index.ts'
import { Tasks } from './tasks/index.ts'

/** What every noun stands on: the state on disk, the change feed, and the records of what happens. */
export type CoreServices = Awaited<ReturnType<typeof openCore>>

/** Opens the data directory and what stands on it. Throws as `openState` does. */
export async function openCore(ports: Ports) {
  const { clock, log } = ports
  const state = await openState(ports)
  const { ledger, workspace } = state
  const ids = createIds(workspace.id)
  const { newId } = ids
  /** Lets work go on beside the caller; a failure is logged. */
  const inBackground = (work: Promise<unknown>): Promise<void> =>
    work.then(
      () => undefined,
      (thrown: unknown) => log.error({ err: thrown }, 'work in the background failed'),
    )
  const feed = new ChangeFeed({ epoch: randomUUID(), clock })
  const events = new Events({ repository: ledger.events, clock, newId, userName: ports.userName })
  const consumers = new EventConsumers({ stream: ledger.events, cursors: ledger.cursors, clock, log })
  const jobs = new Jobs({
    repository: ledger.jobs,
    clock,
    log,
    newId,
    onChange: (job) => feed.put('jobs', job),
  })
  const tasks = new Tasks({ repository: ledger.tasks, jobs, clock, log })
  const servers = new ServerStore({
    repository: ledger.servers,
    events,
    onChange: (changed, forgotten) => {
      feed.put('servers', ...changed)
      feed.drop('servers', ...forgotten)
      void inBackground(jobs.lookAgain())
      tasks.wake()
    },
  })
  const liveEvents = new LiveEvents({ feed, repository: ledger.events, consumers })
  const notices = new Notices({ clock, onChange: publishTo(feed, 'notices') })
  const prompts = new Prompts({ clock, newId, onChange: publishTo(feed, 'prompts') })
  state.dataDir.followFindings(({ file, wrong, kept, lost }) => {
    notices.show({
      id: `finding-${newId()}`,
      severity: 'error',
      title: `${file} was damaged`,
      message: `${wrong} ${kept} Lost: ${lost}`,
    })
  })
  return {
    ...state,
    clock,
    log,
    ids,
    bell: new Bell(),
    feed,
    jobs,
    tasks,
    servers,
    notices,
    events,
    consumers,
    prompts,
    /** Reads what was. */
    load: (): Promise<void> => servers.start(),
    /** Hands on what happened, and reads the work that was going on; the tasks go on once there are clouds. */
    start: async (): Promise<void> => {
      await liveEvents.start()
      await consumers.start()
      await tasks.load()
      await jobs.start()
    },
    /** Ends the handing on, and answers what is still asked of a person. */
    stop: async (): Promise<void> => {
      await consumers.stop()
      prompts.stop()
    },
    /** Closes the files. */
    close: async (): Promise<void> => {
      await state.vault.close()
      await ledger.close()
      await workspace.close()
      await state.dataDir.close()
    },
  }
}
