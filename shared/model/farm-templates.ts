import { z } from 'zod'
import { Fault } from './errors.ts'
import { FarmDocument } from './farms.ts'
import { ImageDocument } from './images.ts'
import { RoleDocument } from './roles.ts'

/**
 * `farmhand.template/v1`: a farm with everything that it needs, to be made again in another workspace. It holds no ids of an
 * account's networks, disks or addresses, no secrets, and nothing of what ran.
 */
export const FarmTemplate = z.strictObject({
  schema: z.literal('farmhand.template/v1'),
  farm: FarmDocument,
  roles: z.array(RoleDocument).default([]),
  images: z.array(ImageDocument).default([]),
  /** What of the farm belongs to its account alone and is not in here, in sentences. */
  leftOut: z.array(z.string()).default([]),
})
export type FarmTemplate = z.infer<typeof FarmTemplate>

/**
 * What the template's names are here. Clouds and images by name or id of this workspace; locations by the template's
 * `location` or `cloud/location`.
 */
export const TemplateMapping = z.strictObject({
  clouds: z.record(z.string(), z.string()).default({}),
  locations: z.record(z.string(), z.string()).default({}),
  images: z.record(z.string(), z.string()).default({}),
  /** What the template leaves open, by farm role and field: `web.scaling.min`. */
  values: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
})
export type TemplateMapping = z.infer<typeof TemplateMapping>

/** What to do with a role that is there already by its name: take that one, or add the template's under another name. */
export const RoleConflicts = z.enum(['use-existing', 'add-copy'])
export type RoleConflicts = z.infer<typeof RoleConflicts>

export const TemplateRequest = z.strictObject({
  document: z.unknown(),
  mapping: TemplateMapping.prefault({}),
  roleConflicts: RoleConflicts.default('use-existing'),
  /** Another name for the farm than the template's. */
  name: z.string().trim().min(1).max(100).optional(),
})
export type TemplateRequest = z.input<typeof TemplateRequest>

/** What importing a template would make and use; with faults it cannot be imported yet. */
export const TemplatePreview = z.object({
  /** The name that the farm gets. */
  farm: z.string(),
  farmRoles: z.array(
    z.object({ alias: z.string(), role: z.string(), cloud: z.string(), location: z.string() }),
  ),
  /** `to` is a cloud's name here; null while it must be chosen. */
  clouds: z.array(z.object({ from: z.string(), to: z.string().nullable() })),
  locations: z.array(z.object({ cloud: z.string(), from: z.string(), to: z.string().nullable() })),
  images: z.array(
    z.object({
      from: z.string(),
      action: z.enum(['use', 'add', 'unused']),
      /** The name that it has here, or will have. */
      to: z.string(),
      reason: z.string(),
    }),
  ),
  roles: z.array(
    z.object({ from: z.string(), action: z.enum(['use', 'add']), to: z.string(), reason: z.string() }),
  ),
  /** Values that the template leaves to whoever imports it; `value` is what was given, or null. */
  open: z.array(
    z.object({
      key: z.string(),
      alias: z.string(),
      field: z.string(),
      kind: z.enum(['number', 'text']),
      value: z.union([z.string(), z.number()]).nullable(),
    }),
  ),
  leftOut: z.array(z.string()),
  faults: z.array(Fault),
})
export type TemplatePreview = z.infer<typeof TemplatePreview>
