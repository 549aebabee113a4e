import { AppError } from '../../../../shared/model/errors.ts'
import type { ImportInput, ImportResult } from '../../../../shared/model/discovery.ts'
import { FarmId, ServerId } from '../../../../shared/model/ids.ts'
import type { JobRef } from '../../../../shared/model/jobs.ts'
import type { ImportTask } from '../../../../shared/model/tasks.ts'
import type { ServerKeys } from '../../access/keys/index.ts'
import type { Tasks } from '../../records/tasks/index.ts'
import type { ImportPlaces } from './import-places.ts'
import type { ImportPlans } from './import-plans.ts'

interface ImportRequestsOptions {
  plans: ImportPlans
  places: ImportPlaces
  keys: ServerKeys
  tasks: Tasks
  newId: () => string
}

/** Takes requests for imports, and answers how they went. */
export class ImportRequests {
  readonly #options: ImportRequestsOptions

  constructor(options: ImportRequestsOptions) {
    this.#options = options
  }

  /** Throws `input.invalid` with the plan's faults. */
  async begin(input: ImportInput): Promise<JobRef> {
    const { plans, places, keys, tasks, newId } = this.#options
    const { plan, instances } = await plans.plan(input)
    const [fault] = plan.faults
    if (fault) {
      throw new AppError('input.invalid', {
        message: `Nothing was imported: ${fault.message}`,
        details: { faults: plan.faults },
      })
    }
    const { farm, farmRoleId } = await places.make(input, instances)
    const items = instances.map((instance) => ({
      instanceId: instance.id,
      name: instance.name,
      serverId: ServerId.parse(newId()),
      state: 'waiting' as const,
      error: null,
    }))
    if (input.privateKey !== null) {
      for (const { serverId } of items) await keys.keep(serverId, input.privateKey)
    }
    return tasks.begin<ImportTask>(
      {
        kind: 'import',
        cloudId: input.cloudId,
        location: input.location,
        farmId: FarmId.parse(farm.id),
        farmRoleId,
        ssh: input.ssh,
        access: input.privateKey === null ? 'none' : 'own-key',
        setTags: input.tags.set,
        removeTags: input.tags.remove,
        step: `Importing into ${farm.name}`,
        done: 0,
        total: items.length,
        items,
      },
      {
        target: { kind: 'farm', id: farm.id },
        title: `Import ${items.length === 1 ? (items[0]?.name ?? '') : `${items.length} instances`} into ${farm.name}`,
      },
    )
  }

  async results({ jobId }: { jobId: string }): Promise<ImportResult[]> {
    const task = this.#options.tasks.find(jobId)
    if (task?.kind !== 'import')
      throw new AppError('input.not_found', { message: `Job ${jobId} is no import.` })
    return task.items.map(({ instanceId, name, serverId, state, error }) => ({
      instanceId,
      name,
      serverId,
      state,
      error: error?.message ?? null,
    }))
  }
}
