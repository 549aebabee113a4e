import { AppError } from '../../../../shared/model/errors.ts'
import type { JobId } from '../../../../shared/model/ids.ts'
import type { Image } from '../../../../shared/model/images.ts'
import type { ReplacePlan } from '../../../../shared/model/image-plans.ts'
import type { Role } from '../../../../shared/model/roles.ts'
import { planReplaceImage } from '../../../../shared/logic/rollouts/replace-plan.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { Clock } from '../../ports.ts'
import type { DesignStore } from '../../designs/documents/index.ts'
import type { Rollouts } from './rollouts.ts'
import type { ServerStore } from '../../records/servers/index.ts'

interface ImageReplacingOptions {
  imageStore: DesignStore<Image>
  roleStore: DesignStore<Role>
  farms: FarmStore
  servers: ServerStore
  rollouts: Rollouts
  clock: Clock
}

interface Request {
  imageId: string
  byImageId: string
  /** All roles that use it, when none are named. */
  roleIds?: readonly string[] | undefined
  /** Running servers are replaced too; else only those launched later use the new image. */
  rebuild: boolean
}

/** Swaps an image for another in roles, and so in the farms that use them. */
export class ImageReplacing {
  readonly #options: ImageReplacingOptions

  constructor(options: ImageReplacingOptions) {
    this.#options = options
  }

  async plan(request: Request): Promise<ReplacePlan> {
    const { imageStore, roleStore, farms, servers, clock } = this.#options
    return planReplaceImage(
      imageStore.get(request.imageId),
      imageStore.get(request.byImageId),
      { roles: roleStore.list(), farms: farms.list(), servers: servers.all(), nowMs: clock.now() },
      request,
    )
  }

  /** Throws `input.invalid` with the plan's faults. `jobId` is null when no server is replaced. */
  async carryOut(request: Request): Promise<{ plan: ReplacePlan; jobId: JobId | null }> {
    const { roleStore, imageStore, rollouts, clock } = this.#options
    const plan = await this.plan(request)
    if (plan.faults.length > 0) {
      throw new AppError('input.invalid', {
        message: `“${plan.from}” cannot be replaced: ${plan.faults.join(' ')}`,
        details: { faults: plan.faults.map((message) => ({ path: 'byImageId', message })) },
      })
    }
    const to = imageStore.get(request.byImageId)
    for (const { id } of plan.roles) {
      const role = roleStore.get(id)
      const imageIds = role.imageIds.map((imageId) => (imageId === request.imageId ? to.id : imageId))
      await roleStore.put({
        ...role,
        imageIds: [...new Set(imageIds)],
        updatedAt: new Date(clock.now()).toISOString(),
      })
    }
    const rebuilt = plan.roles
      .flatMap((role) => role.farmRoles.flatMap((farmRole) => farmRole.servers))
      .filter(({ outcome }) => outcome === 'rebuilt')
    if (rebuilt.length === 0) return { plan, jobId: null }
    const { jobId } = await rollouts.begin({
      serverIds: rebuilt.map(({ id }) => id),
      title: `Replace ${rebuilt.length} ${rebuilt.length === 1 ? 'server' : 'servers'} by ones with “${plan.to}”`,
      causedBy: null,
    })
    return { plan, jobId }
  }
}
