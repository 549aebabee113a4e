import type { Subnet } from '../../../../shared/model/clouds.ts'
import type { FarmRole } from '../../../../shared/model/farm-roles.ts'
import type { CloudProvider } from '../../clouds/index.ts'
import type { Clock } from '../../ports.ts'

/** How long a location's subnets are taken as they were. */
const KNOWN_MS = 600_000

/** The subnets of locations, asked for when a launch needs them. */
export class KnownSubnets {
  readonly #clock: Clock
  readonly #known = new Map<string, { subnets: Promise<Subnet[]>; atMs: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async of({ cloudId, location }: FarmRole, provider: CloudProvider): Promise<Subnet[]> {
    const key = `${cloudId}/${location}`
    const known = this.#known.get(key)
    if (known && this.#clock.monotonic() - known.atMs < KNOWN_MS) return known.subnets
    const subnets = provider.networks.listSubnets(location)
    this.#known.set(key, { subnets, atMs: this.#clock.monotonic() })
    subnets.catch(() => this.#known.delete(key))
    return subnets
  }
}
