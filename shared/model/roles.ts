import { z } from 'zod'
import { Deprecation, DeprecationDocument } from './deprecation.ts'
import { ImageId, Name, RoleId, Timestamp } from './ids.ts'
import { OsFamily } from './images.ts'

export const RoleCategory = z.enum(['base', 'database', 'app', 'lb', 'cache', 'mq', 'mixed'])
export type RoleCategory = z.infer<typeof RoleCategory>

export const Tag = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,49}$/, 'A tag holds letters, digits and . _ : - (at most 50).')

/** A reusable server definition: which image it starts from in each cloud and location. */
export const Role = z.strictObject({
  id: RoleId,
  name: Name,
  description: z.string().max(2000).default(''),
  category: RoleCategory.default('base'),
  osFamily: OsFamily,
  imageIds: z.array(ImageId).default([]),
  tags: z.array(Tag).default([]),
  /** Made for imported servers: it cannot launch any. */
  isSystem: z.boolean().default(false),
  /** Null: farms may use it anew. */
  deprecated: Deprecation.nullable().default(null),
  createdAt: Timestamp,
  updatedAt: Timestamp,
})
export type Role = z.infer<typeof Role>

export const RoleInput = Role.omit({
  id: true,
  isSystem: true,
  deprecated: true,
  createdAt: true,
  updatedAt: true,
})
export type RoleInput = z.input<typeof RoleInput>

/** `farmhand role import|export`: images and replacement by name. */
export const RoleDocument = z.strictObject({
  schema: z.literal('farmhand.role/v1'),
  ...RoleInput.omit({ imageIds: true }).shape,
  images: z.array(z.string().min(1)).default([]),
  isSystem: z.boolean().default(false),
  deprecated: DeprecationDocument.nullable().default(null),
})
export type RoleDocument = z.infer<typeof RoleDocument>
