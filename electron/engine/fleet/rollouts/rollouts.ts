import { AppError } from '../../../../shared/model/errors.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import { FarmId, FarmRoleId, type JobId, ServerId } from '../../../../shared/model/ids.ts'
import type { JobRef } from '../../../../shared/model/jobs.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import type { RolloutTask } from '../../../../shared/model/tasks.ts'
import { freeIndexes } from '../../../../shared/logic/farms/farm-decisions.ts'
import { outcomeOf, replaceMode } from '../../../../shared/logic/rollouts/replace-plan.ts'
import { askTerminate } from '../../../../shared/logic/servers/server-asks.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { Clock } from '../../ports.ts'
import type { Bell } from '../../records/bell/index.ts'
import type { Events } from '../../records/events/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import { ended, type TaskRunner, type Tasks, type TaskStep, withLog } from '../../records/tasks/index.ts'

/** What a rollout replaces. */
export interface RolloutTarget {
  serverIds: readonly string[]
  /** A sentence fragment: `Replace servers of web`. */
  title: string
  causedBy: JobId | null
}

interface RolloutsOptions {
  farms: FarmStore
  servers: ServerStore
  tasks: Tasks
  events: Events
  bell: Bell
  clock: Clock
}

type Item = RolloutTask['items'][number]

/** How often the world is looked at while a server comes up or goes. */
const LOOK_MS = 1_000

/**
 * Replaces servers one by one (reference 1.6): a new one is launched, then the old one is terminated. Where an index holds
 * addresses or volumes, the old one goes first. Meanwhile scaling leaves the farm role alone (`FarmState.rollouts`).
 */
export class Rollouts implements TaskRunner<RolloutTask> {
  readonly #options: RolloutsOptions

  constructor(options: RolloutsOptions) {
    this.#options = options
  }

  /** Lets scaling go on where no rollout is going on (any more). */
  async start(): Promise<void> {
    const going = new Set(
      this.#options.tasks
        .running('rollout')
        .flatMap(({ items }) => items.map((item) => item.farmRoleId as string)),
    )
    for (const farm of this.#options.farms.list()) {
      const left = farm.state.rollouts?.filter(({ farmRoleId }) => going.has(farmRoleId)) ?? []
      if (left.length === (farm.state.rollouts?.length ?? 0)) continue
      await this.#options.farms.changeState(farm.id, (state) => ({ ...state, rollouts: left }))
    }
  }

  /** Throws `input.conflict` when servers of one of the farm roles are being replaced already. */
  async begin(target: RolloutTarget): Promise<JobRef> {
    const { servers, tasks } = this.#options
    const items = target.serverIds.flatMap((id): Item[] => {
      const server = servers.find(id)
      const role = server && this.#farmRole(server.farmId, server.farmRoleId)
      if (!server || !role) return []
      return [
        {
          serverId: ServerId.parse(server.id),
          farmId: FarmId.parse(server.farmId),
          farmRoleId: FarmRoleId.parse(server.farmRoleId),
          name: serverName(server),
          mode: replaceMode(role),
          state: 'waiting',
          replacementId: null,
        },
      ]
    })
    const busy = new Set(
      tasks.running('rollout').flatMap((task) => task.items.map((item) => item.farmRoleId as string)),
    )
    const taken = items.find((item) => busy.has(item.farmRoleId))
    if (taken) {
      throw new AppError('input.conflict', {
        message: `Servers like ${taken.name} are being replaced already. Wait for that to end, or cancel it.`,
      })
    }
    const [first] = items
    if (!first) {
      throw new AppError('input.not_found', { message: 'There is no server to replace (any more).' })
    }
    const isOneFarm = items.every((item) => item.farmId === first.farmId)
    return tasks.begin<RolloutTask>(
      {
        kind: 'rollout',
        causedBy: target.causedBy,
        step: `0 of ${items.length} servers are replaced`,
        done: 0,
        total: items.length,
        items,
      },
      {
        target: isOneFarm ? { kind: 'farm', id: first.farmId } : { kind: 'workspace', id: first.serverId },
        title: target.title,
      },
    )
  }

  async step(task: RolloutTask): Promise<TaskStep<RolloutTask>> {
    const { clock } = this.#options
    const item = task.items.find(({ state }) => state === 'launching' || state === 'ending')
    if (item) return this.#advance(task, item)
    const next = task.items.find(({ state }) => state === 'waiting')
    if (!next || task.cancelAsked) {
      await this.#release(task)
      const replaced = task.items.filter(({ state }) => state === 'done').length
      const words = `${replaced} of ${task.items.length} servers were replaced`
      return { task: ended(task, next ? 'cancelled' : 'done', clock, words) }
    }
    return this.#first(task, next)
  }

  async tidy(task: RolloutTask): Promise<void> {
    const { servers, clock } = this.#options
    for (const item of task.items) {
      const replacement = item.replacementId === null ? undefined : servers.find(item.replacementId)
      const old = servers.find(item.serverId)
      const isOldAlive =
        old !== undefined && old.status !== 'terminated' && old.status !== 'pending-terminate'
      if (item.state !== 'launching' || !replacement || !isOldAlive) continue
      await servers.apply(replacement.id, (now) => askTerminate(now, 'rolled-back', 'system', clock.now()))
    }
    await this.#release(task)
  }

  /** Begins with a server, unless something has changed since the plan. */
  async #first(task: RolloutTask, item: Item): Promise<TaskStep<RolloutTask>> {
    const { servers, farms, clock } = this.#options
    const server = servers.find(item.serverId)
    const farm = farms.find(item.farmId)
    if (!server || !farm || !this.#farmRole(item.farmId, item.farmRoleId)) {
      return { task: this.#skip(task, item, 'it is gone') }
    }
    const { outcome, reason } = outcomeOf(server, farm, true)
    // Ended by this rollout before a crash kept it from being noted: the replacement is still owed.
    const isOwed = item.mode === 'in-place' && server.terminateReason === 'image-rollout'
    if (outcome === 'kept' && !isOwed) return { task: this.#skip(task, item, reason) }
    if (item.mode === 'in-place') {
      await this.#hold(item, null)
      await servers.apply(server.id, (now) => askTerminate(now, 'image-rollout', 'system', clock.now()))
      this.#options.bell.ring()
      return {
        task: this.#move(task, item, { state: 'ending' }, `${item.name} ends; a new one takes its place`),
      }
    }
    const [index = 1] = freeIndexes(servers.ofFarm(farm.id).filter(isOf(item.farmRoleId)), 1)
    await this.#hold(item, index)
    this.#options.bell.ring()
    return {
      task: this.#move(task, item, { state: 'launching' }, `A replacement of ${item.name} is launched`),
    }
  }

  async #advance(task: RolloutTask, item: Item): Promise<TaskStep<RolloutTask>> {
    const farm = this.#options.farms.find(item.farmId)
    if (farm?.state.status !== 'running') {
      const words = farm ? `${farm.name} is ${farm.state.status}` : 'Its farm is gone'
      throw new AppError('rollout.failed', { message: `${words}; ${item.name} is not replaced.` })
    }
    return item.state === 'ending' ? this.#whileEnding(task, item) : this.#whileLaunching(task, item, farm)
  }

  async #whileEnding(task: RolloutTask, item: Item): Promise<TaskStep<RolloutTask>> {
    const old = this.#options.servers.find(item.serverId)
    if (old && old.status !== 'terminated') {
      return { task: this.#saying(task, `${item.name} ends`), waitMs: LOOK_MS }
    }
    if (item.mode === 'ahead') return this.#finish(task, item)
    await this.#hold(item, old?.index ?? 1)
    this.#options.bell.ring()
    return {
      task: this.#move(task, item, { state: 'launching' }, `${item.name} ended; the new one is launched`),
    }
  }

  async #whileLaunching(task: RolloutTask, item: Item, farm: Farm): Promise<TaskStep<RolloutTask>> {
    const { servers, bell, clock } = this.#options
    const launch = farm.state.rollouts?.find(({ farmRoleId }) => farmRoleId === item.farmRoleId)?.launch
    const replacement =
      servers.find(item.replacementId ?? '') ??
      servers
        .ofFarm(farm.id)
        .find(
          (server) => server.replacementOf === item.serverId && (!launch || server.createdAt >= launch.at),
        )
    if (!replacement) {
      bell.ring()
      return { task: this.#saying(task, `A replacement of ${item.name} is launched`), waitMs: LOOK_MS }
    }
    if (item.replacementId === null) {
      return { task: this.#move(task, item, { replacementId: replacement.id }) }
    }
    if (replacement.status === 'terminated' || replacement.status === 'pending-terminate') {
      const why = replacement.error?.message ?? 'it did not come up'
      throw new AppError('rollout.failed', { message: `The replacement of ${item.name} failed: ${why}` })
    }
    const pause = farm.state.paused.find(({ farmRoleId }) => farmRoleId === item.farmRoleId)
    if (pause) {
      throw new AppError('rollout.failed', {
        message: `The replacement of ${item.name} cannot be launched: ${pause.error.message}`,
      })
    }
    if (replacement.status !== 'running') {
      const waitingFor = replacement.error?.message ?? `waiting for ${replacement.waitingFor ?? 'it'}`
      return { task: this.#saying(task, `The replacement of ${item.name}: ${waitingFor}`), waitMs: LOOK_MS }
    }
    if (item.mode === 'in-place') return this.#finish(task, item)
    // In one tick, so that the ledger takes both in one transaction: the new one gets the slot that the old one leaves.
    const index = servers.get(item.serverId).index
    await Promise.all([
      servers.apply(item.serverId, (now) => askTerminate(now, 'image-rollout', 'system', clock.now())),
      servers.apply(replacement.id, (now) => ({
        server: now.index === index ? now : { ...now, index, tagsIndex: now.tagsIndex ?? now.index },
        events: [],
      })),
    ])
    await this.#hold(item, null)
    bell.ring()
    return {
      task: this.#move(
        task,
        item,
        { state: 'ending' },
        `The replacement of ${item.name} runs; the old one ends`,
      ),
    }
  }

  async #finish(task: RolloutTask, item: Item): Promise<TaskStep<RolloutTask>> {
    const { farms, events } = this.#options
    const farm = farms.find(item.farmId)
    await this.#hold(item, null)
    const about = {
      farmId: item.farmId,
      serverId: item.serverId,
      causedBy: { kind: 'job', id: task.id },
    } as const
    const done = task.done + 1
    return {
      task: {
        ...this.#move(task, item, { state: 'done' }, `${item.name} was replaced`),
        done,
        step: `${done} of ${task.total} servers are replaced`,
      },
      events: farm
        ? [events.told('ServersReplaced', `${item.name} was replaced by a new server`, about)]
        : [],
    }
  }

  #skip(task: RolloutTask, item: Item, reason: string): RolloutTask {
    return this.#move(task, item, { state: 'skipped' }, `${item.name} is left as it is: ${reason}`)
  }

  #move(task: RolloutTask, item: Item, change: Partial<Item>, line?: string): RolloutTask {
    const items = task.items.map((one) => (one.serverId === item.serverId ? { ...one, ...change } : one))
    const next = { ...task, items, ...(line === undefined ? {} : { step: line }) }
    return line === undefined ? next : withLog(next, this.#options.clock, line)
  }

  /** The same object when nothing is new, so that nothing is written. */
  #saying(task: RolloutTask, step: string): RolloutTask {
    return task.step === step ? task : { ...task, step }
  }

  /** Keeps scaling off the farm role; `index` asks for the replacement there. Asked again, it changes nothing. */
  async #hold(item: Item, index: number | null): Promise<void> {
    const at = new Date(this.#options.clock.now()).toISOString()
    await this.#options.farms.changeState(item.farmId, (state) => {
      const held = state.rollouts?.find(({ farmRoleId }) => farmRoleId === item.farmRoleId)
      if (index !== null && held?.launch?.replaces === item.serverId) return state
      const others = state.rollouts?.filter(({ farmRoleId }) => farmRoleId !== item.farmRoleId) ?? []
      const launch = index === null ? null : { index, replaces: item.serverId, at }
      return { ...state, rollouts: [...others, { farmRoleId: item.farmRoleId, launch }] }
    })
  }

  async #release(task: RolloutTask): Promise<void> {
    const { farms, bell } = this.#options
    const own = new Set<string>(task.items.map(({ farmRoleId }) => farmRoleId))
    for (const farmId of new Set<string>(task.items.map((item) => item.farmId))) {
      if (!farms.find(farmId)) continue
      await farms.changeState(farmId, (state) => ({
        ...state,
        rollouts: (state.rollouts ?? []).filter(({ farmRoleId }) => !own.has(farmRoleId)),
      }))
    }
    bell.ring()
  }

  #farmRole(farmId: string, farmRoleId: string) {
    return this.#options.farms.find(farmId)?.roles.find(({ id }) => id === farmRoleId)
  }
}

function isOf(farmRoleId: string): (server: Server) => boolean {
  return (server) => server.farmRoleId === farmRoleId
}
