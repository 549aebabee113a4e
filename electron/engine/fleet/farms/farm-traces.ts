import type { Farm } from '../../../../shared/model/farms.ts'
import type { FarmKeys } from '../../access/keys/index.ts'
import type { CloudProvider, Clouds } from '../../clouds/index.ts'
import type { SecurityGroupMaker } from '../security-groups/index.ts'
import { placesOf } from './farm-knowledge.ts'

interface FarmTracesOptions {
  clouds: Clouds
  keys: FarmKeys
  groups: SecurityGroupMaker
}

/** What a farm leaves in its clouds besides what it holds: its security groups and key pairs. */
export class FarmTraces {
  readonly #options: FarmTracesOptions

  constructor(options: FarmTracesOptions) {
    this.#options = options
  }

  /** Takes them out of the clouds, where those are still known. */
  async remove(farm: Farm): Promise<void> {
    const { clouds, keys, groups } = this.#options
    const open = new Map<string, CloudProvider>()
    const ofKeys = keys.list().filter((key) => key.farmId === farm.id)
    for (const { cloudId, location } of [...placesOf(farm), ...ofKeys]) {
      if (!clouds.find(cloudId)) continue
      const provider = await clouds.provider(cloudId)
      open.set(cloudId, provider)
      if (farm.state.launchedAt === null) continue
      await clouds.watch(cloudId, location, () => groups.removeOfFarm(farm.id, location, provider))
    }
    await keys.removeOfFarm(farm.id, (cloudId) => open.get(cloudId))
  }
}
