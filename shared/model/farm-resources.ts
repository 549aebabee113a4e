import { z } from 'zod'
import { Location } from './clouds.ts'

/** Something paid for that a farm holds in a cloud besides its servers; it stays when they end (reference 2.5). */
export const HeldResource = z.object({
  kind: z.enum(['volume', 'elastic-ip']),
  /** The cloud's own id of it. */
  id: z.string(),
  farmId: z.string(),
  farmRoleId: z.string().nullable(),
  /** The server index that it belongs to. */
  index: z.number().int().nullable(),
  /** Which of the farm role's volumes it is, by its name in the design; empty for an address. */
  slot: z.string(),
  cloudId: z.string(),
  location: Location,
  /** Attached by a person and not made for the farm: never deleted with it. */
  manual: z.boolean(),
  /** For people: `10 GiB gp3`, `203.0.113.7`. */
  detail: z.string(),
})
export type HeldResource = z.infer<typeof HeldResource>
