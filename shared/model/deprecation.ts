import { z } from 'zod'
import { Timestamp } from './ids.ts'

/** From `from` on something is no longer to be chosen anew; `replacementId` names what to choose instead. */
export const Deprecation = z.strictObject({
  from: Timestamp,
  replacementId: z.string().min(1).nullable().default(null),
})
export type Deprecation = z.infer<typeof Deprecation>

/** What a person gives to deprecate; without a date: now. */
export const DeprecationInput = z.strictObject({
  from: Timestamp.optional(),
  replacementId: z.string().min(1).nullable().default(null),
})
export type DeprecationInput = z.input<typeof DeprecationInput>

/** The same in a document, with the replacement by name. */
export const DeprecationDocument = z.strictObject({
  from: Timestamp,
  replacement: z.string().min(1).nullable().default(null),
})
export type DeprecationDocument = z.infer<typeof DeprecationDocument>
