import type { FarmRole } from '../../../../shared/model/farm-roles.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { DEFAULT_LIFE_POLICY, type LifePolicy } from '../../../../shared/logic/servers/life-policy.ts'
import type { WakeWatch } from './wake-watch.ts'

/** How long is waited for what: as designed, and from the moment on since when the engine has been there without a break. */
export class LifePolicies {
  readonly #farms: { find(id: string): Farm | undefined }
  readonly #wakeWatch: WakeWatch

  constructor(options: { farms: { find(id: string): Farm | undefined }; wakeWatch: WakeWatch }) {
    this.#farms = options.farms
    this.#wakeWatch = options.wakeWatch
  }

  /** Of every server. What lies before the machine woke, or its clock was set, counts for no timer. */
  ofAll(): LifePolicy {
    return { ...DEFAULT_LIFE_POLICY, countFromMs: this.#wakeWatch.awakeSinceMs }
  }

  /** Of one server, with what its farm role says. */
  of(server: Server): LifePolicy {
    const timeouts = this.#roleOf(server)?.timeouts
    if (!timeouts) return this.ofAll()
    return {
      ...this.ofAll(),
      launchTimeoutMs: timeouts.launchSeconds * 1000,
      sshWaitMs: timeouts.initSeconds * 1000,
    }
  }

  /** How long a reboot may take; undefined for a server whose farm role is gone. */
  rebootSecondsOf(server: Server): number | undefined {
    return this.#roleOf(server)?.timeouts.rebootSeconds
  }

  #roleOf({ farmId, farmRoleId }: Server): FarmRole | undefined {
    return this.#farms.find(farmId)?.roles.find(({ id }) => id === farmRoleId)
  }
}
