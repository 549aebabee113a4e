import { z } from 'zod'

export const PlanAction = z.enum(['create', 'change', 'replace', 'remove', 'keep'])
export type PlanAction = z.infer<typeof PlanAction>

/** When a changed field takes effect: `restart` means at the farm's next launch or resume. */
export const PlanEffect = z.enum(['now', 'replace', 'new-servers', 'restart'])
export type PlanEffect = z.infer<typeof PlanEffect>

export const PlanField = z.object({
  name: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  effect: PlanEffect.optional(),
})
export type PlanField = z.infer<typeof PlanField>

/** What the farm's servers cost an hour before and after, by the known prices: an estimate. */
export const PlanCost = z.object({
  currency: z.string(),
  /** The oldest of the price lists that it is made of. */
  asOf: z.string(),
  before: z.number(),
  after: z.number(),
  /** Instance types whose price is not known, and which are not in the sums. */
  unpriced: z.array(z.string()),
})
export type PlanCost = z.infer<typeof PlanCost>

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
  purpose: z.enum(['launch', 'apply', 'terminate']),
  groups: z.array(PlanGroup),
  counts: z.object({
    create: z.number().int(),
    change: z.number().int(),
    replace: z.number().int(),
    remove: z.number().int(),
    keep: z.number().int(),
  }),
  /** Null while no price is known. */
  cost: PlanCost.nullable().default(null),
  /** What stands in the way, by path; a plan with faults cannot be applied. */
  faults: z.array(z.object({ path: z.string(), message: z.string() })),
  /** What cannot be known now: an unreachable cloud, an old catalogue. */
  warnings: z.array(z.string()),
})
export type Plan = z.infer<typeof Plan>
