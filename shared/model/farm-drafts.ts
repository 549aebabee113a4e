import { z } from 'zod'
import { defaultRoleGroups, Tags } from './farm-roles.ts'
import type { AllowedHours } from './allowed-hours.ts'
import { LaunchOrder, type Lease } from './farms.ts'

/** A value while it is edited: a number field may be empty (a choice of numbers not), and a text may be wrong. */
export type Drafting<T> = T extends number
  ? number extends T
    ? number | null
    : T
  : T extends string
    ? T
    : T extends readonly (infer Item)[]
      ? Drafting<Item>[]
      : T extends object
        ? { [Key in keyof T]: Drafting<T[Key]> }
        : T

/** A group of fields while it is edited; a draft of an older Farmhand lacks it and gets its defaults. */
function group<Key extends keyof ReturnType<typeof defaultRoleGroups>>(key: Key) {
  type Group = Drafting<ReturnType<typeof defaultRoleGroups>[Key]>
  const given = z.custom<Group>((value) => typeof value === 'object' && value !== null)
  return given.prefault(() => defaultRoleGroups()[key] as Group & {})
}

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
  zones: z.array(z.string()).default([]),
  instanceType: z.string(),
  scaling: group('scaling'),
  network: group('network'),
  securityGroups: group('securityGroups'),
  storage: group('storage'),
  cloudFeatures: group('cloudFeatures'),
  timeouts: group('timeouts'),
  health: group('health'),
  tags: Tags.default({}),
  userData: z.string(),
  /** Which step of a sequential launch. */
  launchIndex: z.number(),
})
export type DraftRole = z.infer<typeof DraftRole>

/** A farm while it is edited: every field is there, and may still be wrong. Never changed in place. */
export const FarmDraft = z.object({
  name: z.string(),
  description: z.string(),
  ownerNote: z.string().default(''),
  timezone: z.string(),
  launchOrder: LaunchOrder,
  tags: Tags.default({}),
  lease: z
    .custom<Drafting<Lease> | null>((value) => value === null || typeof value === 'object')
    .default(null),
  allowedHours: z
    .custom<Drafting<AllowedHours> | null>((value) => value === null || typeof value === 'object')
    .default(null),
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
