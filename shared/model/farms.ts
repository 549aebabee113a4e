import { z } from 'zod'
import { Location } from './clouds.ts'
import { ErrorInfo } from './errors.ts'
import { CloudId, FarmId, FarmRoleId, Name, RoleId, Timestamp } from './ids.ts'

export const LaunchOrder = z.enum(['simultaneous', 'sequential'])
export type LaunchOrder = z.infer<typeof LaunchOrder>

/** A farm role's name within its farm: used in lists, host names and variables. */
export const Alias = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/,
    'An alias holds letters, digits and dashes, and starts and ends with a letter or digit (at most 63).',
  )
export type Alias = z.infer<typeof Alias>

const Servers = z.number().int().min(0).max(400)

/** How many servers a farm role keeps. `enabled: false` (manual): the engine neither launches nor terminates. */
export const Scaling = z.strictObject({
  enabled: z.boolean().default(true),
  min: Servers.default(1),
  max: Servers.default(2),
})
export type Scaling = z.infer<typeof Scaling>

/**
 * Which security groups a server gets: `default` makes one group per farm role (tcp 22 and icmp, and everything from the
 * farm's own servers), `named` uses the cloud's groups with these names or ids.
 */
export const SecurityGroups = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('default') }),
  z.strictObject({
    mode: z.literal('named'),
    groups: z.array(z.string().min(1)).min(1, 'Name at least one group.'),
  }),
])
export type SecurityGroups = z.infer<typeof SecurityGroups>

/** What a farm role says besides who it is; every group has defaults. Same keys in the stored form and the document. */
export const farmRoleGroups = {
  /** One zone, or null: the cloud chooses. */
  zone: z.string().min(1).nullable().default(null),
  instanceType: z.string().min(1, 'Choose an instance type.'),
  /** Position in a sequential launch; equal indexes start together. */
  launchIndex: z.number().int().min(0).max(1000).default(0),
  scaling: Scaling.default({ enabled: true, min: 1, max: 2 }),
  securityGroups: SecurityGroups.default({ mode: 'default' }),
  /** Tags put on every server besides Farmhand's own. */
  tags: z.record(z.string().min(1).max(128), z.string().max(256)).default({}),
  /** Handed to the server's first boot (cloud-init or a script), at most 16 KB. */
  userData: z.string().max(16_384, 'User data has at most 16384 characters.').default(''),
}

export const FarmRole = z.strictObject({
  id: FarmRoleId,
  alias: Alias,
  roleId: RoleId,
  cloudId: CloudId,
  location: Location,
  ...farmRoleGroups,
})
export type FarmRole = z.infer<typeof FarmRole>

/** A time zone name of the IANA database, as this machine knows it. */
export const TimeZone = z.string().refine((zone) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}, 'Use a time zone of the IANA database, such as Europe/Zurich.')

const farmFields = {
  name: Name,
  description: z.string().max(2000).default(''),
  timezone: TimeZone.default('UTC'),
  launchOrder: LaunchOrder.default('simultaneous'),
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
  roles: z
    .array(
      z.strictObject({
        id: FarmRoleId.optional(),
        alias: Alias,
        roleId: RoleId,
        cloudId: CloudId,
        location: Location,
        ...farmRoleGroups,
      }),
    )
    .default([]),
})
export type FarmInput = z.input<typeof FarmInput>

/** `farmhand.farm/v1`: a farm as a document, with roles and clouds by name. */
export const FarmDocument = z.strictObject({
  schema: z.literal('farmhand.farm/v1'),
  ...farmFields,
  roles: z
    .array(
      z.strictObject({
        alias: Alias,
        role: z.string().min(1),
        cloud: z.string().min(1),
        location: Location,
        ...farmRoleGroups,
      }),
    )
    .default([]),
})
export type FarmDocument = z.infer<typeof FarmDocument>

export const FarmStatus = z.enum(['terminated', 'running', 'suspended', 'terminating'])
export type FarmStatus = z.infer<typeof FarmStatus>

/** A farm's life, kept in the ledger. `terminating` ends as `terminated` when the last server is gone. */
export const FarmState = z.object({
  farmId: FarmId,
  status: FarmStatus,
  launchedAt: Timestamp.nullable(),
  lock: z.object({ comment: z.string(), by: z.string(), at: Timestamp }).nullable(),
  /** The last reconcile pass over this farm, and what kept it from its design. */
  reconciledAt: Timestamp.nullable(),
  problem: ErrorInfo.nullable(),
  /** Farm roles whose launches pause after repeated failures, with the reason. */
  paused: z.array(z.object({ farmRoleId: FarmRoleId, since: Timestamp, until: Timestamp, error: ErrorInfo })),
})
export type FarmState = z.infer<typeof FarmState>

/** A farm as screens and clients see it. */
export const Farm = z.object({ ...FarmDesign.shape, state: FarmState })
export type Farm = z.infer<typeof Farm>
