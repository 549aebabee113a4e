import { AppError, toAppError } from '../../../../shared/model/errors.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import { type JobId, RoleId } from '../../../../shared/model/ids.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { Clock } from '../../ports.ts'
import type { Events } from '../../records/events/index.ts'
import type { Rollouts } from './rollouts.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { Tasks } from '../../records/tasks/index.ts'

interface RoleSwapOptions {
  farms: FarmStore
  servers: ServerStore
  rollouts: Rollouts
  tasks: Tasks
  events: Events
  clock: Clock
}

interface Swap {
  fromRoleId: string
  toRoleId: string
  /** The new role has an image in this place only. */
  cloudId: string
  location: string
  /** One farm role, or null for all of the place. */
  farmRoleId: string | null
  replaceRunning: boolean
  causedBy: JobId
}

/** Puts one role in the place of another in farms, and replaces the servers that run there. */
export class RoleSwap {
  readonly #options: RoleSwapOptions

  constructor(options: RoleSwapOptions) {
    this.#options = options
  }

  /** May be asked again after a crash; answers what was done, for the log. */
  async carryOut(swap: Swap): Promise<{ lines: string[] }> {
    const lines: string[] = []
    for (const farm of this.#options.farms.list()) lines.push(...(await this.#inFarm(farm, swap)))
    if (swap.replaceRunning) lines.push(...(await this.#rollOut(swap)))
    return { lines }
  }

  async #inFarm(farm: Farm, swap: Swap): Promise<string[]> {
    const { farms, clock } = this.#options
    const uses = farm.roles.filter(
      (role) => role.roleId === swap.fromRoleId && (swap.farmRoleId === null || role.id === swap.farmRoleId),
    )
    const here = uses.filter((role) => role.cloudId === swap.cloudId && role.location === swap.location)
    const elsewhere = uses.filter((role) => !here.includes(role))
    const lines = elsewhere.map(
      ({ alias, location }) => `${alias} of ${farm.name} stays: the new role has no image in ${location}`,
    )
    if (here.length === 0) return lines
    if (farm.state.lock) return [...lines, `${farm.name} stays: it is locked (${farm.state.lock.comment})`]
    const { state: _, ...design } = farms.get(farm.id)
    const ids = new Set<string>(here.map(({ id }) => id))
    const aliases = here.map(({ alias }) => alias).join(', ')
    await farms.saveDesign(
      {
        ...design,
        updatedAt: new Date(clock.now()).toISOString(),
        roles: design.roles.map((role) =>
          ids.has(role.id) ? { ...role, roleId: RoleId.parse(swap.toRoleId) } : role,
        ),
      },
      {
        message: `${aliases} of ${farm.name} uses the new role from now on`,
        causedBy: { kind: 'job', id: swap.causedBy },
      },
    )
    return [...lines, `${aliases} of ${farm.name} uses the new role`]
  }

  async #rollOut(swap: Swap): Promise<string[]> {
    const { farms, servers, rollouts, tasks } = this.#options
    const isBegun = tasks.list().some((task) => task.kind === 'rollout' && task.causedBy === swap.causedBy)
    if (isBegun) return []
    const farmRoleIds = new Set<string>(
      farms
        .list()
        .filter(({ state }) => state.status === 'running' && state.lock === null)
        .flatMap(({ roles }) => roles)
        .filter((role) => role.roleId === swap.toRoleId)
        .map(({ id }) => id),
    )
    const old = [...servers.all()].filter(
      (server) =>
        farmRoleIds.has(server.farmRoleId) &&
        server.roleId === swap.fromRoleId &&
        server.status === 'running',
    )
    if (old.length === 0) return ['No running server needs to be replaced']
    try {
      await rollouts.begin({
        serverIds: old.map(({ id }) => id),
        title: `Replace ${old.length} ${old.length === 1 ? 'server' : 'servers'} by ones of the new role`,
        causedBy: swap.causedBy,
      })
      return [`${old.length} running ${old.length === 1 ? 'server is' : 'servers are'} replaced one by one`]
    } catch (thrown) {
      const error = toAppError(thrown)
      if (!(thrown instanceof AppError) || error.code !== 'input.conflict') throw thrown
      return [`Running servers are not replaced: ${error.message}`]
    }
  }
}
