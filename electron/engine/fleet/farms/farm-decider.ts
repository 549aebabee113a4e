import type { Cause } from '../../../../shared/model/events.ts'
import type { FarmRole } from '../../../../shared/model/farm-roles.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import { type Decision, decide } from '../../../../shared/logic/farms/farm-decisions.ts'
import { launchableNow } from '../../../../shared/logic/farms/launch-pace.ts'
import { askResume, askSuspend, askTerminate } from '../../../../shared/logic/servers/server-asks.ts'
import { isDue } from '../../../../shared/logic/servers/server-cloud-calls.ts'
import { terminateDelayMs, terminateDelayOf } from '../../../../shared/logic/servers/server-ends.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { RoleDesigns } from '../../designs/roles/index.ts'
import type { Clock } from '../../ports.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { ServerRecords } from '../servers/index.ts'

interface FarmDeciderOptions {
  farms: FarmStore
  servers: ServerStore
  roles: Pick<RoleDesigns, 'imageOf'>
  records: Pick<ServerRecords, 'create'>
  clock: Clock
}

/** A farm with more decisions than this gives way to the event loop between farms. */
const YIELD_EVERY = 200

/** Compares the servers of the farms with their designs, and writes down what they are to become. */
export class FarmDecider {
  readonly #options: FarmDeciderOptions

  constructor(options: FarmDeciderOptions) {
    this.#options = options
  }

  /** Decides for every farm that has something here; a farm's decisions for other locations are left to their lanes. */
  async decide(cloudId: string, location: string): Promise<void> {
    const { farms, servers } = this.#options
    let decided = 0
    for (const farm of farms.list()) {
      const own = servers.ofFarm(farm.id)
      if (own.length === 0 && farm.state.status !== 'running') continue
      const here = decide(farm, this.#withoutOldPauses(farm), own).filter((decision) =>
        isHere(decision, cloudId, location),
      )
      decided += own.length
      for (const decision of here) await this.#carryOut(farm, decision)
      if (decided > YIELD_EVERY) {
        decided = 0
        await new Promise<void>((resolve) => setImmediate(resolve))
      }
    }
    await servers.settled()
  }

  #withoutOldPauses(farm: Farm): Farm['state'] {
    const nowMs = this.#options.clock.now()
    return { ...farm.state, paused: farm.state.paused.filter((pause) => !isDue(pause.until, nowMs)) }
  }

  async #carryOut(farm: Farm, decision: Decision): Promise<void> {
    const { servers, clock } = this.#options
    const causedBy = causeOf(farm)
    switch (decision.kind) {
      case 'create':
        await this.#create(farm, decision)
        return
      case 'terminate':
        await servers.apply(
          decision.server.id,
          (now) => askTerminate(now, decision.reason, 'system', clock.now(), endDelayMs(farm, decision)),
          causedBy,
        )
        return
      case 'suspend':
        // Refused a while ago: it is asked again, but not at each pass.
        if (!isDue(decision.server.retryAt, clock.now())) return
        await servers.apply(
          decision.server.id,
          (now) => askSuspend(now, 'system', clock.now(), decision.reserve === true),
          causedBy,
        )
        return
      case 'resume':
        if (!isDue(decision.server.retryAt, clock.now())) return
        await servers.apply(decision.server.id, (now) => askResume(now, clock.now()), causedBy)
        return
    }
  }

  async #create(farm: Farm, decision: Extract<Decision, { kind: 'create' }>): Promise<void> {
    const { servers, roles, records, clock } = this.#options
    const { farmRole: role } = decision
    const image = roles.imageOf(role.roleId, role.cloudId, role.location)
    if (!image) return
    // A launch by hand may have taken an index since the decision.
    const free = decision.indexes.filter((index) => !servers.holdsIndex(role.id, index))
    const own = servers.ofFarm(farm.id).filter(({ farmRoleId }) => farmRoleId === role.id)
    const indexes = launchableNow(role, own, free, clock.now())
    // What a lost server leads to is not what the farm was last told to be.
    const causedBy = decision.reason === 'replacement' ? null : causeOf(farm)
    await records.create(farm, { ...decision, indexes }, image, causedBy)
  }
}

function causeOf({ state: { saidBy } }: Farm): Cause | null {
  return saidBy === null ? null : { kind: 'event', id: saidBy }
}

/** What the engine ends by itself ends as gracefully as what a person ends; a forced end of a farm waits for nothing. */
function endDelayMs(farm: Farm, { server }: Extract<Decision, { kind: 'terminate' }>): number {
  return terminateDelayMs(terminateDelayOf(farm, server.farmRoleId), {
    isForced: farm.state.termination?.force === true,
    hasHooks: false,
    status: server.status,
  })
}

function isHere(decision: Decision, cloudId: string, location: string): boolean {
  const place: Pick<FarmRole, 'cloudId' | 'location'> =
    decision.kind === 'create' ? decision.farmRole : decision.server
  return place.cloudId === cloudId && place.location === location
}
