import { z } from 'zod'

const id = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9._-]+$/, 'An id holds letters, digits, dots, dashes and underscores only.')

export const CloudId = id.brand<'CloudId'>()
export type CloudId = z.infer<typeof CloudId>
export const ImageId = id.brand<'ImageId'>()
export type ImageId = z.infer<typeof ImageId>
export const RoleId = id.brand<'RoleId'>()
export type RoleId = z.infer<typeof RoleId>
export const FarmId = id.brand<'FarmId'>()
export type FarmId = z.infer<typeof FarmId>
export const FarmRoleId = id.brand<'FarmRoleId'>()
export type FarmRoleId = z.infer<typeof FarmRoleId>
export const ServerId = id.brand<'ServerId'>()
export type ServerId = z.infer<typeof ServerId>
export const SshKeyId = id.brand<'SshKeyId'>()
export type SshKeyId = z.infer<typeof SshKeyId>
export const JobId = id.brand<'JobId'>()
export type JobId = z.infer<typeof JobId>
export const PromptId = id.brand<'PromptId'>()
export type PromptId = z.infer<typeof PromptId>
export const EventId = id.brand<'EventId'>()
export type EventId = z.infer<typeof EventId>
export const TerminalId = id.brand<'TerminalId'>()
export type TerminalId = z.infer<typeof TerminalId>

/** A point in time: ISO 8601 in UTC, to the millisecond. */
export const Timestamp = z.iso.datetime()
export type Timestamp = z.infer<typeof Timestamp>

/** A display name: what a person types; unique within its noun, compared without regard to case. */
export const Name = z.string().trim().min(1, 'Give it a name.').max(100, 'A name has at most 100 characters.')
