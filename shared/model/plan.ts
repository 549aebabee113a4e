import { z } from 'zod'

export const PlanAction = z.enum(['create', 'change', 'replace', 'remove', 'keep'])
export type PlanAction = z.infer<typeof PlanAction>

/**
 * What a changed field does (reference 3.7): it holds at once, only for servers launched from now on, or from the farm's next
 * launch or resume.
 */
export const PlanEffect = z.enum(['now', 'new-servers', 'next-run'])
export type PlanEffect = z.infer<typeof PlanEffect>

const PlanField = z.object({
  name: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  effect: PlanEffect.optional(),
})
type PlanField = z.infer<typeof PlanField>

/** What something costs an hour by the known list prices: an estimate. */
const CostEstimate = z.object({
  /** One sum a currency. */
  amounts: z.array(z.object({ currency: z.string(), perHour: z.number() })),
  /** What has no known price, and is not in the sums. */
  unknown: z.array(z.string()),
  /** The date of the oldest price list used, or null. */
  asOf: z.string().nullable(),
  isAtMost: z.boolean(),
})

/** One thing that applying the design would do, and why. */
export const PlanItem = z.object({
  action: PlanAction,
  kind: z.enum(['server', 'ssh-key', 'security-group', 'farm-role', 'farm', 'volume', 'elastic-ip']),
  /** `web #2`, `key shop in eu-central-1`, `volume data of web #2`. */
  name: z.string(),
  reason: z.string(),
  /** Field level: what it is and what it will be. */
  fields: z.array(PlanField),
  serverId: z.string().nullable(),
})
export type PlanItem = z.infer<typeof PlanItem>

export const PlanGroup = z.object({
  farmRoleId: z.string().nullable(),
  alias: z.string(),
  role: z.string(),
  cloud: z.string(),
  location: z.string(),
  /** Position in the launch: groups with a lower step come first. */
  step: z.number().int(),
  items: z.array(PlanItem),
})
export type PlanGroup = z.infer<typeof PlanGroup>

/** What will happen when a farm is launched, applied or terminated; computed from the design and what is known. */
export const Plan = z.object({
  farmId: z.string(),
  farm: z.string(),
  purpose: z.enum(['launch', 'apply', 'suspend', 'terminate']),
  groups: z.array(PlanGroup),
  counts: z.object({
    create: z.number().int(),
    change: z.number().int(),
    replace: z.number().int(),
    remove: z.number().int(),
    keep: z.number().int(),
  }),
  /** What the farm's servers cost now, and once the plan is carried out. */
  cost: z.object({ before: CostEstimate, after: CostEstimate }),
  /** What stands in the way, by path; a plan with faults cannot be applied. */
  faults: z.array(z.object({ path: z.string(), message: z.string() })),
  /** What cannot be known now: an unreachable cloud, an old catalogue. */
  warnings: z.array(z.string()),
})
export type Plan = z.infer<typeof Plan>
