import { z } from 'zod'
import { Location } from './clouds.ts'
import { CloudId, FarmRoleId, RoleId } from './ids.ts'
import { FarmRoleStorage } from './farm-role-storage.ts'

/** A farm role's name within its farm: used in lists, host names and variables. */
export const Alias = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/,
    'An alias holds letters, digits and dashes, and starts and ends with a letter or digit (at most 63).',
  )
export type Alias = z.infer<typeof Alias>

/** The most servers that a farm role may have (reference 3.3). */
export const MAX_SERVERS = 400
const ServerCount = z.number().int().min(0).max(MAX_SERVERS)

/**
 * How many servers a farm role keeps (reference 3.3). `enabled: false` (manual): the engine neither launches nor terminates.
 */
export const Scaling = z.strictObject({
  enabled: z.boolean().default(true),
  min: ServerCount.default(1),
  max: ServerCount.default(2),
  /** Whether a suspended server still counts as one of them, or is replaced as if it were gone. */
  considerSuspended: z.enum(['running', 'terminated']).default('running'),
  /**
   * What becomes of servers that are too many: `suspend-resume` keeps them suspended as a reserve, which does not count and is
   * resumed before anything is launched.
   */
  behavior: z.enum(['launch-terminate', 'suspend-resume']).default('launch-terminate'),
  /** Which of too many servers goes first, by its creation. */
  endFirst: z.enum(['newest', 'oldest']).default('newest'),
  /** At least so long between two launches of this farm role; 0: as fast as the cloud takes them. */
  paceSeconds: z.number().int().min(0).max(3000).default(0),
  /** No launch while a server of this farm role is still on its way up. */
  waitForPending: z.boolean().default(false),
})
export type Scaling = z.infer<typeof Scaling>

/**
 * Which security groups a server gets: `default` makes one group per farm role (tcp 22 and icmp, and everything from the
 * farm's own servers) besides the `additional` ones, `named` uses only the cloud's groups with these names or ids.
 */
const SecurityGroups = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('default'), additional: z.array(z.string().min(1)).default([]) }),
  z.strictObject({
    mode: z.literal('named'),
    groups: z.array(z.string().min(1)).min(1, 'Name at least one group.'),
  }),
])
type SecurityGroups = z.infer<typeof SecurityGroups>

/** A server's index in a record's key: `1`, `2`, … */
const ServerIndexKey = z.string().regex(/^[1-9]\d{0,2}$/, 'Give a server’s index: 1, 2, 3 and so on.')

/** Tags put on cloud resources besides Farmhand's own; values may hold variables. */
export const Tags = z.record(z.string().min(1).max(128), z.string().max(256))
export type Tags = z.infer<typeof Tags>

/** Where servers are in the cloud's networks, how they are reached, and what they are called. */
export const Network = z.strictObject({
  /** Null: the default VPC of the location. */
  vpcId: z.string().min(1).nullable().default(null),
  /** Servers are balanced over these subnets, which fix the zones; empty: the cloud's default subnets. */
  subnetIds: z.array(z.string().min(1)).default([]),
  /** Whether a server gets a public address: as its subnet says, always, or never. */
  publicAddress: z.enum(['subnet', 'yes', 'no']).default('subnet'),
  /** One Elastic IP a server index, kept when the server is replaced. An index without an entry gets a new address. */
  elasticIps: z
    .strictObject({
      enabled: z.boolean().default(false),
      addresses: z.record(ServerIndexKey, z.ipv4('Give an address such as 203.0.113.7.')).default({}),
    })
    .default({ enabled: false, addresses: {} }),
  /** Fixed private addresses by server index. */
  privateIps: z.record(ServerIndexKey, z.ipv4('Give an address such as 10.0.0.7.')).default({}),
  /** The host name, with variables such as `{SCALR_INSTANCE_INDEX}`; empty: the cloud's own. */
  hostname: z.string().max(255).default(''),
})
export type Network = z.infer<typeof Network>

/** What a farm role asks of its cloud beyond size and place (the reference's EC2 tab). */
export const CloudFeatures = z.strictObject({
  /** The cloud's Name tag of each server, with variables; empty: farm, alias and index. */
  nameTemplate: z.string().max(256).default(''),
  /** Name or ARN of the IAM instance profile. */
  iamInstanceProfile: z.string().min(1).nullable().default(null),
  /** Spot instances, at most at `maxPricePerHour` (in the cloud's currency; null: the on-demand price). */
  spot: z
    .strictObject({ maxPricePerHour: z.number().positive().nullable().default(null) })
    .nullable()
    .default(null),
  tenancy: z.enum(['default', 'dedicated']).default('default'),
  /** A placement group that exists; null: none. */
  placementGroup: z.string().min(1).nullable().default(null),
  /** Null: as the instance type does by itself. */
  ebsOptimized: z.boolean().nullable().default(null),
  /** The cloud refuses to terminate the server until this is switched off on it. */
  terminationProtection: z.boolean().default(false),
  /** What the cloud does when the operating system halts. */
  shutdownBehavior: z.enum(['stop', 'terminate']).default('stop'),
  /** Metrics of the cloud every minute instead of every five. */
  detailedMonitoring: z.boolean().default(false),
  /** Credits of burstable types; null: as the instance type does by itself. */
  cpuCredits: z.enum(['standard', 'unlimited']).nullable().default(null),
  /** Fewer cores, or one thread a core, as licences ask for; null: all that the instance type has. */
  cpu: z
    .strictObject({
      cores: z.number().int().min(1).max(448),
      threadsPerCore: z.union([z.literal(1), z.literal(2)]).default(2),
    })
    .nullable()
    .default(null),
  /** Tried in order when the cloud has no capacity for the instance type. */
  backupInstanceTypes: z.array(z.string().min(1)).default([]),
})
export type CloudFeatures = z.infer<typeof CloudFeatures>

/** How long what may take, in seconds (reference 3.7). */
const Timeouts = z.strictObject({
  /** From the launch until the server runs; then it is terminated. */
  launchSeconds: z.number().int().min(60).max(86_400).default(2400),
  /** From the first contact until SSH answers; then it counts as running, with a warning. */
  initSeconds: z.number().int().min(10).max(86_400).default(180),
  /** From a reboot until SSH answers again; then the reboot counts as failed, which is said on the server. */
  rebootSeconds: z.number().int().min(30).max(86_400).default(360),
  /** From the wish to end a server until the cloud is asked; `auto` waits only when something runs before the end. */
  terminateSeconds: z.union([z.literal('auto'), z.number().int().min(0).max(3600)]).default('auto'),
})
type Timeouts = z.infer<typeof Timeouts>

/** When a running server that does not answer is replaced: after `failedChecks` in a row and at least `minutes`. */
export const HealthRule = z.strictObject({
  enabled: z.boolean().default(false),
  failedChecks: z.number().int().min(1).max(100).default(5),
  minutes: z.number().int().min(1).max(1440).default(5),
  action: z.enum(['replace', 'reboot']).default('replace'),
})
export type HealthRule = z.infer<typeof HealthRule>

const byDefault = <Schema extends z.ZodObject>(schema: Schema) => schema.prefault({} as z.input<Schema>)

/** What a farm role says besides who it is; every group has defaults. Same keys in the stored form and the document. */
const farmRoleGroups = {
  /** One zone, or null: `zones`, the subnets or the cloud decide. */
  zone: z.string().min(1).nullable().default(null),
  /** Zones over which servers are balanced, the least filled first; empty: not balanced. */
  zones: z.array(z.string().min(1)).default([]),
  instanceType: z.string().min(1, 'Choose an instance type.'),
  /** Position in a sequential launch; equal indexes start together. */
  launchIndex: z.number().int().min(0).max(1000).default(0),
  scaling: byDefault(Scaling),
  network: byDefault(Network),
  securityGroups: SecurityGroups.default({ mode: 'default', additional: [] }),
  storage: byDefault(FarmRoleStorage),
  cloudFeatures: byDefault(CloudFeatures),
  timeouts: byDefault(Timeouts),
  health: byDefault(HealthRule),
  /** Tags put on every server and its volumes besides Farmhand's own; values may hold variables. */
  tags: Tags.default({}),
  /** Handed to the server's first boot (cloud-init or a script), at most 16 KB; may hold variables. */
  userData: z.string().max(16_384, 'User data has at most 16384 characters.').default(''),
}

const { launchIndex: _step, instanceType: _type, ...groupsWithDefaults } = farmRoleGroups
const Defaults = z.object(groupsWithDefaults)

/** Every group of a new farm role as it is when nobody says otherwise. */
export function defaultRoleGroups(): z.infer<typeof Defaults> {
  return Defaults.parse({})
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

/** A farm role of a design that a screen saves; without an id it is new. */
export const FarmRoleInput = FarmRole.extend({ id: FarmRoleId.optional() })

/** A farm role of a document, with its role and cloud by name. */
export const FarmRoleDocument = z.strictObject({
  alias: Alias,
  role: z.string().min(1),
  cloud: z.string().min(1),
  location: Location,
  ...farmRoleGroups,
})
