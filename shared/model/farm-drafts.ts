import { z } from 'zod'
import { LaunchOrder, SecurityGroups } from './farms.ts'

/** A number field while it is typed: null when it is empty or no number. */
const Count = z.number().nullable()

const DraftRole = z.object({
  /** Names the farm role in this draft; stays the same while it is moved and edited. */
  key: z.string(),
  /** Null until it was saved once. */
  id: z.string().nullable(),
  alias: z.string(),
  roleId: z.string(),
  cloudId: z.string(),
  location: z.string(),
  zone: z.string().nullable(),
  instanceType: z.string(),
  scaling: z.object({ enabled: z.boolean(), min: Count, max: Count }),
  securityGroups: SecurityGroups.or(z.object({ mode: z.literal('named'), groups: z.array(z.string()) })),
  tags: z.record(z.string(), z.string()),
  userData: z.string(),
  /** Which step of a sequential launch. */
  launchIndex: z.number(),
})
export type DraftRole = z.infer<typeof DraftRole>

/** A farm while it is edited: every field is there, and may still be wrong. Never changed in place. */
export const FarmDraft = z.object({
  name: z.string(),
  description: z.string(),
  timezone: z.string(),
  launchOrder: LaunchOrder,
  roles: z.array(DraftRole),
})
export type FarmDraft = z.infer<typeof FarmDraft>

/** A draft as it is kept between sessions; `basedOn` is the `updatedAt` of the design that it started from. */
export const StoredDraft = z.object({
  version: z.literal(1),
  basedOn: z.string().nullable(),
  savedAt: z.string(),
  draft: FarmDraft,
})
export type StoredDraft = z.infer<typeof StoredDraft>
