import { z } from 'zod'
import { FarmRoleId, ServerId } from './ids.ts'
import { ServerStatus } from './servers.ts'

/** A server of a farm beside its design, and whether replacing it would be done. */
export const ReplaceableServer = z.object({
  id: ServerId,
  /** `web #2 of shop`. */
  name: z.string(),
  farmRoleId: FarmRoleId,
  status: ServerStatus,
  /** What it has otherwise than its design says; empty for one that is as designed, as far as that is known. */
  differences: z.array(z.object({ field: z.string(), design: z.string(), running: z.string() })),
  /** `ahead`: the new server runs before this one ends. `in-place`: its index holds what only one server can have. */
  mode: z.enum(['ahead', 'in-place']),
  outcome: z.enum(['replaced', 'kept']),
  reason: z.string(),
})
export type ReplaceableServer = z.infer<typeof ReplaceableServer>

/** What replacing servers of a farm would do, in the order in which it is done: one by one. */
export const ServersReplacePlan = z.object({
  farmId: z.string(),
  farm: z.string(),
  servers: z.array(ReplaceableServer),
  counts: z.object({ replaced: z.number().int(), kept: z.number().int() }),
})
export type ServersReplacePlan = z.infer<typeof ServersReplacePlan>
