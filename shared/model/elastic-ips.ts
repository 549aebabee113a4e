import { z } from 'zod'
import { Location } from './clouds.ts'
import { Timestamp } from './ids.ts'

/** The Elastic IP of one server index of a farm role; it outlives its servers. */
export const ElasticIp = z.object({
  /** Ours: the address carries it as a tag, by which it is found again when the answer to its allocation was lost. */
  id: z.string(),
  farmId: z.string(),
  farmRoleId: z.string(),
  index: z.number().int().min(1),
  cloudId: z.string(),
  location: Location,
  /** The cloud's id and the address itself; null until the cloud has given it. */
  allocationId: z.string().nullable(),
  address: z.string().nullable(),
  /** Named by a person in the design and not made for the farm. */
  manual: z.boolean(),
  createdAt: Timestamp,
})
export type ElasticIp = z.infer<typeof ElasticIp>
