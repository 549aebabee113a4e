import type { FarmRole } from '../../../../shared/model/farm-roles.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { isDue } from '../../../../shared/logic/servers/server-cloud-calls.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { Clock } from '../../ports.ts'
import type { Events } from '../../records/events/index.ts'

/** So many failures of one server in a row pause its farm role… */
const FAILURES = 5
/** …for this long. */
const PAUSE_MS = 900_000

interface LaunchBreakerOptions {
  clock: Clock
  farms: Pick<FarmStore, 'find' | 'changeState'>
  events: Pick<Events, 'told'>
}

/** Stops a farm role from launching again and again into the same failure, and says so. */
export class LaunchBreaker {
  readonly #options: LaunchBreakerOptions

  constructor(options: LaunchBreakerOptions) {
    this.#options = options
  }

  isOpen(farm: Farm, farmRoleId: string): boolean {
    const nowMs = this.#options.clock.now()
    return farm.state.paused.some((pause) => pause.farmRoleId === farmRoleId && !isDue(pause.until, nowMs))
  }

  /** A launch failed; `server` is the one that failed most often. */
  async failed(role: FarmRole, server: Server): Promise<void> {
    const farm = this.#options.farms.find(server.farmId)
    const { error } = server
    if (!farm || !error || server.attempts < FAILURES || this.isOpen(farm, role.id)) return
    // A spot price that is too high is no reason to stop asking (reference 3.5): it is asked again until it is low enough.
    if (server.spot && error.code === 'cloud.capacity') return
    const nowMs = this.#options.clock.now()
    const pause = {
      farmRoleId: role.id,
      since: new Date(nowMs).toISOString(),
      until: new Date(nowMs + PAUSE_MS).toISOString(),
      error,
    }
    const message = `Launches of ${role.alias} pause for ${PAUSE_MS / 60_000} minutes after ${server.attempts} failures`
    const about = { farmId: farm.id, farmRoleId: role.id, reason: error.message }
    await this.#options.farms.changeState(
      farm.id,
      (state) => ({
        ...state,
        paused: [...state.paused.filter((other) => other.farmRoleId !== role.id), pause],
      }),
      [
        this.#options.events.told('LaunchPaused', message, {
          ...about,
          data: { farm: farm.name, alias: role.alias },
        }),
      ],
    )
  }

  /** A person wants it tried again. */
  async close(server: Server): Promise<void> {
    const farm = this.#options.farms.find(server.farmId)
    if (!farm?.state.paused.some((pause) => pause.farmRoleId === server.farmRoleId)) return
    const { farmRoleId, alias } = server
    const event = this.#options.events.told('LaunchResumed', `Launches of ${alias} go on`, {
      ...{ farmId: farm.id, farmRoleId, firedBy: 'person', reason: 'asked for by hand' },
      data: { farm: farm.name, alias },
    })
    await this.#options.farms.changeState(
      farm.id,
      (state) => ({ ...state, paused: state.paused.filter((pause) => pause.farmRoleId !== farmRoleId) }),
      [event],
    )
  }
}
