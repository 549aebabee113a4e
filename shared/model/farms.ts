import { z } from 'zod'
import { AllowedHours } from './allowed-hours.ts'
import { ErrorInfo } from './errors.ts'
import { FarmRole, FarmRoleDocument, FarmRoleInput, Tags } from './farm-roles.ts'
import { FarmId, FarmRoleId, Name, ServerId, Timestamp } from './ids.ts'

export const LaunchOrder = z.enum(['simultaneous', 'sequential'])
export type LaunchOrder = z.infer<typeof LaunchOrder>

/** UTC, and zones that this machine took already: asking it again for every keystroke in a design is slow. */
const knownZones = new Set(['UTC'])

function isTimeZone(zone: string): boolean {
  if (knownZones.has(zone)) return true
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    knownZones.add(zone)
    return true
  } catch {
    return false
  }
}

/** A time zone name of the IANA database, as this machine knows it. */
const TimeZone = z.string().refine(isTimeZone, 'Use a time zone of the IANA database, such as Europe/Zurich.')

/**
 * How long a farm may run after each launch before it is terminated by itself; warnings come `warnHours` before. A person
 * may extend it `extensions` times by `extensionHours`.
 */
export const Lease = z.strictObject({
  hours: z.number().int().min(1).max(87_600).default(168),
  warnHours: z.array(z.number().int().min(1).max(8_760)).max(10).default([24, 1]),
  extensions: z.number().int().min(0).max(100).default(3),
  extensionHours: z.number().int().min(1).max(8_760).default(24),
})
export type Lease = z.infer<typeof Lease>

const farmFields = {
  name: Name,
  description: z.string().max(2000).default(''),
  /** Whose farm this is and how to reach them, in their own words. */
  ownerNote: z.string().max(500).default(''),
  timezone: TimeZone.default('UTC'),
  launchOrder: LaunchOrder.default('simultaneous'),
  /** Put on everything that the farm makes in a cloud; a farm role's own tags win. */
  tags: Tags.default({}),
  /** Null: the farm runs until someone ends it. */
  lease: Lease.nullable().default(null),
  /** Null: the farm may run at any hour. */
  allowedHours: AllowedHours.nullable().default(null),
}

/** A farm as it is designed and kept in the workspace. */
export const FarmDesign = z.strictObject({
  id: FarmId,
  ...farmFields,
  roles: z.array(FarmRole).default([]),
  createdAt: Timestamp,
  updatedAt: Timestamp,
})
export type FarmDesign = z.infer<typeof FarmDesign>

/** What a screen saves: a whole design; a farm role without an id is new. */
export const FarmInput = z.strictObject({
  ...farmFields,
  roles: z.array(FarmRoleInput).default([]),
})
export type FarmInput = z.input<typeof FarmInput>
/** An input in which every group is given. */
export type WholeFarmInput = z.output<typeof FarmInput>

/** `farmhand.farm/v1`: a farm as a document, with roles and clouds by name. */
export const FarmDocument = z.strictObject({
  schema: z.literal('farmhand.farm/v1'),
  ...farmFields,
  roles: z.array(FarmRoleDocument).default([]),
})
export type FarmDocument = z.infer<typeof FarmDocument>

export const FarmStatus = z.enum(['terminated', 'running', 'suspended', 'terminating'])
export type FarmStatus = z.infer<typeof FarmStatus>

/** What is asked of a farm's end (reference 2.5). */
export const TerminateOptions = z.strictObject({
  /** Off: volumes and Elastic IPs stay, and the next launch uses them again. On: they go, but for those attached by hand. */
  deleteCloudObjects: z.boolean().default(false),
  /** Skips the grace period of the servers. */
  force: z.boolean().default(false),
})
export type TerminateOptions = z.infer<typeof TerminateOptions>

const Termination = z.object({
  ...TerminateOptions.shape,
  at: Timestamp,
  /** Why, when it was not a person's wish. */
  reason: z.string().nullable(),
  /** What keeps a volume or an address from going; tried again. */
  problem: ErrorInfo.nullable().default(null),
})

/** A farm's life, kept in the ledger. `terminating` ends as `terminated` when the last server is gone. */
export const FarmState = z.object({
  farmId: FarmId,
  status: FarmStatus,
  launchedAt: Timestamp.nullable(),
  /** When the lease ends; null without one or while the farm does not run. */
  leaseEndsAt: Timestamp.nullable().default(null),
  /** How often the lease was extended since the launch. */
  leaseExtensions: z.number().int().default(0),
  /** The shortest warning about the lease's end that was told, in hours before it; null: none yet. */
  leaseWarned: z.number().int().nullable().default(null),
  /** The allowed hours as they were at the launch or resume that began this run; they hold until it ends. */
  hours: AllowedHours.nullable().default(null),
  /** When this run began: the last launch or resume. */
  ranSince: Timestamp.nullable().default(null),
  /** The shortest warning about a period's end that was told, in minutes before it. */
  hoursWarned: z.object({ endsAt: Timestamp, minutes: z.number().int() }).nullable().default(null),
  /** When the allowed hours ended the run; null when a person or the lease did. */
  stoppedByHoursAt: Timestamp.nullable().default(null),
  /** How the farm is being (or was last) taken down; kept, so that a crash in between still honours it. */
  termination: Termination.nullable().default(null),
  lock: z.object({ comment: z.string(), by: z.string(), at: Timestamp }).nullable(),
  /** The last reconcile pass over this farm, and what kept it from its design. */
  reconciledAt: Timestamp.nullable(),
  problem: ErrorInfo.nullable(),
  /** Farm roles whose launches pause after repeated failures, with the reason. */
  paused: z.array(z.object({ farmRoleId: FarmRoleId, since: Timestamp, until: Timestamp, error: ErrorInfo })),
  /**
   * Farm roles whose servers are being replaced: scaling leaves them alone meanwhile, and `launch` asks for the next
   * replacement. Absent: none.
   */
  rollouts: z
    .array(
      z.object({
        farmRoleId: FarmRoleId,
        launch: z.object({ index: z.number().int().min(1), replaces: ServerId, at: Timestamp }).nullable(),
      }),
    )
    .optional(),
  /** `updatedAt` of the design that events have told of; null: unknown. */
  toldOf: Timestamp.nullable().default(null),
  /** The last event that said what the farm is to be: what its servers do for that is caused by it. */
  saidBy: z.string().nullable().default(null),
})
export type FarmState = z.infer<typeof FarmState>

/** A farm as screens and clients see it. */
export const Farm = z.object({ ...FarmDesign.shape, state: FarmState })
export type Farm = z.infer<typeof Farm>
