import { z } from 'zod'
import { ServerStatus } from './servers.ts'

const Named = z.object({ id: z.string(), name: z.string() })

/** Who uses a role: farms by their farm roles, and live servers. */
export const RoleUsage = z.object({
  farms: z.array(z.object({ id: z.string(), name: z.string(), aliases: z.array(z.string()) })),
  servers: z.array(Named),
})
export type RoleUsage = z.infer<typeof RoleUsage>

/** Who uses an image: roles, the farms that launch from it through them, and live servers made from it. */
export const ImageUsage = z.object({
  roles: z.array(Named),
  farms: z.array(z.object({ id: z.string(), name: z.string(), aliases: z.array(z.string()) })),
  servers: z.array(Named),
})
export type ImageUsage = z.infer<typeof ImageUsage>

/** What becomes of one server when its image is replaced. */
const ReplacedServer = z.object({
  id: z.string(),
  /** `web #2 of shop`. */
  name: z.string(),
  status: ServerStatus,
  outcome: z.enum(['rebuilt', 'kept']),
  reason: z.string(),
})

/** What replacing an image, or a role by another, would do. */
export const ReplacePlan = z.object({
  from: z.string(),
  to: z.string(),
  /** What stands in the way; a plan with faults cannot be carried out. */
  faults: z.array(z.string()),
  warnings: z.array(z.string()),
  roles: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      farmRoles: z.array(
        z.object({
          farmId: z.string(),
          farm: z.string(),
          farmRoleId: z.string(),
          alias: z.string(),
          servers: z.array(ReplacedServer),
        }),
      ),
    }),
  ),
  counts: z.object({
    roles: z.number().int(),
    farms: z.number().int(),
    rebuilt: z.number().int(),
    kept: z.number().int(),
  }),
})
export type ReplacePlan = z.infer<typeof ReplacePlan>

/** What taking an image out of the cloud would remove, and who stands in the way. */
export const DeregisterPlan = z.object({
  image: z.string(),
  cloudImageId: z.string(),
  snapshotIds: z.array(z.string()),
  usage: ImageUsage,
  /** Sentences that say why it cannot be done now. */
  blockers: z.array(z.string()),
  warnings: z.array(z.string()),
})
export type DeregisterPlan = z.infer<typeof DeregisterPlan>
