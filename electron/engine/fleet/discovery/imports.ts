import { AppError, toAppError } from '../../../../shared/model/errors.ts'
import type { ImportTask } from '../../../../shared/model/tasks.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import type { ServerKeys } from '../../access/keys/index.ts'
import type { Clock } from '../../ports.ts'
import type { Bell } from '../../records/bell/index.ts'
import { ended, type TaskRunner, type TaskStep, withLog } from '../../records/tasks/index.ts'
import type { Adoptions, ImportItem } from './adoptions.ts'

interface ImportsOptions {
  adoptions: Adoptions
  keys: ServerKeys
  bell: Bell
  clock: Clock
}

/**
 * Takes instances over one by one: first the cloud's tags, then the ledger. A crash in between leaves a tagged instance
 * whose server id this task knows, so the next run tags it alike and writes the same server.
 */
export class Imports implements TaskRunner<ImportTask> {
  readonly #options: ImportsOptions

  constructor(options: ImportsOptions) {
    this.#options = options
  }

  async step(task: ImportTask): Promise<TaskStep<ImportTask>> {
    const { adoptions, keys, bell, clock } = this.#options
    const item = task.items.find(({ state }) => state === 'waiting')
    if (!item || task.cancelAsked) return { task: await this.#end(task) }
    try {
      const server = await adoptions.adopt(task, item)
      bell.ring()
      const next = change(task, item, { state: 'done' }, `${item.name} is ${serverName(server)}`)
      return { task: withLog(next, clock, `${item.name} (${item.instanceId}) is ${serverName(server)}`) }
    } catch (thrown) {
      const error = toAppError(thrown)
      if (error.retryable) throw error
      await keys.forget(item.serverId)
      const next = change(
        task,
        item,
        { state: 'failed', error: error.toInfo() },
        `${item.name} was not imported`,
      )
      return { task: withLog(next, clock, `${item.name} was not imported: ${error.message}`) }
    }
  }

  async tidy(task: ImportTask): Promise<void> {
    for (const item of task.items) if (item.state !== 'done') await this.#options.keys.forget(item.serverId)
  }

  async #end(task: ImportTask): Promise<ImportTask> {
    const { clock } = this.#options
    await this.tidy(task)
    const done = task.items.filter(({ state }) => state === 'done').length
    const words = `${done} of ${task.items.length} were imported`
    const failed = task.items.find(({ state }) => state === 'failed')
    if (failed && done === 0) {
      throw new AppError(failed.error?.code ?? 'internal', {
        message: failed.error?.message ?? `${failed.name} was not imported.`,
      })
    }
    return { ...ended(task, task.cancelAsked ? 'cancelled' : 'done', clock, words), done: task.total }
  }
}

function change(task: ImportTask, item: ImportItem, how: Partial<ImportItem>, step: string): ImportTask {
  const items = task.items.map((one) => (one.serverId === item.serverId ? { ...one, ...how } : one))
  return { ...task, items, step, done: items.filter(({ state }) => state !== 'waiting').length }
}
