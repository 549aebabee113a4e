import { AppError } from '../../../../shared/model/errors.ts'
import type { JobRef } from '../../../../shared/model/jobs.ts'
import type { ServersReplacePlan } from '../../../../shared/model/server-replacing.ts'
import {
  planServersReplace,
  type ReplaceComparison,
} from '../../../../shared/logic/rollouts/server-replacing.ts'
import type { Image } from '../../../../shared/model/images.ts'
import type { Clouds } from '../../clouds/index.ts'
import type { DesignStore } from '../../designs/documents/index.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { RoleDesigns } from '../../designs/roles/index.ts'
import type { Rollouts } from './rollouts.ts'
import type { ServerStore } from '../../records/servers/index.ts'

interface ServersReplacingOptions {
  farms: FarmStore
  servers: ServerStore
  rollouts: Rollouts
  roles: RoleDesigns
  images: DesignStore<Image>
  clouds: Clouds
}

/** Replaces running servers that are not as their design says, one by one, because a person asks for it. */
export class ServersReplacing {
  readonly #options: ServersReplacingOptions

  constructor(options: ServersReplacingOptions) {
    this.#options = options
  }

  async plan({
    farmId,
    serverIds,
  }: {
    farmId: string
    serverIds?: readonly string[] | undefined
  }): Promise<ServersReplacePlan> {
    const { farms, servers } = this.#options
    return planServersReplace(farms.get(farmId), servers.ofFarm(farmId), this.#comparison(), serverIds)
  }

  /** Throws `input.invalid` with why none can be replaced, `input.conflict` while others of the farm role are. */
  async begin(input: { farmId: string; serverIds?: readonly string[] | undefined }): Promise<JobRef> {
    const { farm, servers, counts } = await this.plan(input)
    if (counts.replaced === 0) {
      const [first] = servers
      const why = first ? `${first.name}: ${first.reason}` : 'All that run are as designed.'
      throw new AppError('input.invalid', { message: `No server of “${farm}” is replaced. ${why}` })
    }
    return this.#options.rollouts.begin({
      serverIds: servers.filter(({ outcome }) => outcome === 'replaced').map(({ id }) => id),
      title: `Replace ${counts.replaced} ${counts.replaced === 1 ? 'server' : 'servers'} of ${farm} by new ones`,
      causedBy: null,
    })
  }

  #comparison(): ReplaceComparison {
    const { roles, clouds, images } = this.#options
    return {
      role: (roleId) => roles.nameOf(roleId),
      cloud: (cloudId) => clouds.nameOf(cloudId),
      image: (imageId) => images.find(imageId)?.name ?? 'an image that is gone',
      imageOf: (roleId, cloudId, location) => roles.imageOf(roleId, cloudId, location)?.id ?? null,
    }
  }
}
