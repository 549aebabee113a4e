import { z } from 'zod'
import { Location } from './clouds.ts'
import { ErrorInfo } from './errors.ts'
import { CloudId, FarmId, FarmRoleId, ImageId, RoleId, ServerId, Timestamp } from './ids.ts'

export const ServerStatus = z.enum([
  'pending-launch',
  'pending',
  'initializing',
  'running',
  'pending-suspend',
  'suspended',
  'resuming',
  'pending-terminate',
  'terminated',
  'missing',
  'troubleshooting',
])
export type ServerStatus = z.infer<typeof ServerStatus>

/** Why a server was launched; `LAUNCH_REASON_CODES` has the reference's code of each. */
export const LaunchReason = z.enum([
  'replacement',
  'scaling-up',
  'farm-launched',
  'manual',
  'manual-api',
  'image-rollout',
  'imported',
])
export type LaunchReason = z.infer<typeof LaunchReason>

/** Why a server was terminated; `TERMINATE_REASON_CODES` has the reference's code of each. */
export const TerminateReason = z.enum([
  'farm-role-removed',
  'launch-timeout',
  'scaling-down',
  'manual',
  'manual-api',
  'farm-terminated',
  'farm-suspended',
  'image-rollout',
  'rolled-back',
  'unhealthy',
  'crashed',
])
export type TerminateReason = z.infer<typeof TerminateReason>

/** What the cloud last said about the instance. */
export const InstanceState = z.enum([
  'pending',
  'running',
  'stopping',
  'stopped',
  'shutting-down',
  'terminated',
])
export type InstanceState = z.infer<typeof InstanceState>

/** The security groups of a server, as its launch and its design gave them (reference 7.4). What else it has, a person gave it. */
export const ServerGroups = z.object({
  /** These stay on it. */
  atLaunch: z.array(z.string()),
  /** Given to it since then because its design asked for them; they go when the design no longer does. */
  given: z.array(z.string()),
  /** What its design said when it was last followed, and the ids that this came to. */
  design: z.string(),
  wanted: z.array(z.string()),
})
export type ServerGroups = z.infer<typeof ServerGroups>

/** Something that its design asks for and that a running server did not get: it is tried again. */
const Unkept = z.object({ name: z.string(), error: ErrorInfo })
type Unkept = z.infer<typeof Unkept>

/** A server: one slot (farm role, index) filled by one instance of a cloud. Names are copied so that history stays readable. */
export const Server = z.object({
  id: ServerId,
  farmId: FarmId,
  farmRoleId: FarmRoleId,
  farm: z.string(),
  alias: z.string(),
  roleId: RoleId,
  role: z.string(),
  /** 1-based; unique among the live servers of the farm role. */
  index: z.number().int().min(0),
  status: ServerStatus,
  /** When the status began. */
  since: Timestamp,
  /** The status that it had before Missing or Troubleshooting, to which it comes back; else null. */
  heldFrom: ServerStatus.nullable().default(null),
  /** What the server waits for, in a few words, or null: "waiting for SSH". */
  waitingFor: z.string().nullable(),
  cloudId: CloudId,
  cloud: z.string(),
  location: Location,
  zone: z.string().nullable(),
  instanceType: z.string(),
  imageId: ImageId,
  cloudImageId: z.string().nullable(),
  cloudServerId: z.string().nullable(),
  platform: z.enum(['linux', 'windows']).default('linux'),
  /** Where its root disk is; null while the cloud has not said. An instance-store root cannot be stopped. */
  rootDevice: z.enum(['ebs', 'instance-store']).nullable().default(null),
  instanceState: InstanceState.nullable(),
  publicIp: z.string().nullable(),
  privateIp: z.string().nullable(),
  hostname: z.string().nullable(),
  keyName: z.string().nullable(),
  securityGroupIds: z.array(z.string()),
  /** Absent while its groups were not compared with its design yet. */
  groups: ServerGroups.optional(),
  ssh: z
    .object({
      host: z.string(),
      port: z.number().int(),
      user: z.string(),
      hostKeyFingerprint: z.string().nullable(),
    })
    .nullable(),
  /** The port and user that the image gives; `ssh` is made of them once an address is known. */
  sshUser: z.string(),
  sshPort: z.number().int(),
  agent: z.object({ version: z.string() }).nullable(),
  lock: z.object({ comment: z.string(), at: Timestamp }).nullable(),
  /** The last failure that keeps it from going on; cleared when it goes on. */
  error: ErrorInfo.nullable(),
  /** How often its launch was tried. */
  attempts: z.number().int(),
  /** No launch before this time (back-off after a failure). */
  retryAt: Timestamp.nullable(),
  rebooting: z.boolean(),
  /** What is left of a hard reboot: stop it, then start it. */
  restart: z.enum(['stop', 'start']).nullable().default(null),
  launchReason: LaunchReason,
  /** The server that it replaces in a rollout; absent: none. */
  replacementOf: ServerId.nullable().optional(),
  /** Which key logs in: its farm's (absent too), one of its own that was given at its import, or none that we have. */
  access: z.enum(['farm-key', 'own-key', 'none']).optional(),
  terminateReason: TerminateReason.nullable(),
  /** Pending terminate: when the cloud is asked at the earliest (reference 4.7); null: at once. */
  terminateAt: Timestamp.nullable().default(null),
  /** The cloud is known to refuse its termination until the protection is switched off. */
  terminationProtected: z.boolean().default(false),
  /** Which launch call made it: `token` is the client token, `position` the instance's launch index in that call. */
  launch: z.object({ token: z.string(), position: z.number().int(), size: z.number().int() }).nullable(),
  createdAt: Timestamp,
  launchedAt: Timestamp.nullable(),
  runningAt: Timestamp.nullable(),
  terminatedAt: Timestamp.nullable(),
  /** Since when the cloud did not list it, or null. */
  absentSince: Timestamp.nullable(),
  /** What it was given between the first contact and Running: `elastic-ip`, `hostname`, `volumes`. */
  prepared: z.array(z.string()).default([]),
  /** When its initialisation failed for good: it is shown as Failed and kept for inspection (reference 4.3). */
  initFailedAt: Timestamp.nullable().default(null),
  /** The subnet that it is launched in when its farm role names some, else null. */
  subnetId: z.string().nullable().default(null),
  /** The Elastic IP of its index, once it is the server's, else null. */
  elasticIp: z.string().nullable().default(null),
  /** A spot instance: the cloud may take it back, and it cannot be suspended. */
  spot: z.boolean().default(false),
  /** Suspended by scaling and kept to be resumed before anything is launched; absent: not. */
  reserve: z.boolean().optional(),
  /** What it lacks of its design while it runs; absent: nothing. */
  unkept: z.array(Unkept).optional(),
  /** The index that its tags in the cloud speak of, while that is another than its own; absent: its own. */
  tagsIndex: z.number().int().optional(),
})
export type Server = z.infer<typeof Server>

export const ServerAction = z.enum([
  'cancel',
  'reboot',
  'suspend',
  'resume',
  'terminate',
  'terminate-now',
  'lock',
  'unlock',
  'connect',
  'console',
  'retry',
  'change-type',
  'protect',
  'unprotect',
  'password',
  'key',
  'troubleshoot',
  'release',
  'properties',
  'log',
  'snapshot',
])
export type ServerAction = z.infer<typeof ServerAction>

/** What can be done with many servers by one call. */
export const BulkAction = z.enum([
  'cancel',
  'reboot',
  'suspend',
  'resume',
  'terminate',
  'lock',
  'unlock',
  'protect',
  'unprotect',
  'troubleshoot',
  'release',
  'retry',
])
export type BulkAction = z.infer<typeof BulkAction>

/** How many servers one bulk call takes. */
export const BULK_MAX = 1000

/** What an action of a selection is told besides the servers. */
export const BulkOptions = z.strictObject({
  /** Reboot: soft asks the operating system, hard stops and starts the instance. */
  mode: z.enum(['soft', 'hard']).default('soft'),
  /** Terminate: at once, without the delay of a graceful end. */
  force: z.boolean().default(false),
  /** Terminate and cancel: lower the minimum of the farm roles by as many as are ended, so that no substitute comes. */
  decreaseMin: z.boolean().default(false),
  /** Lock: why. */
  comment: z.string().trim().max(500).default(''),
})
export type BulkOptions = z.infer<typeof BulkOptions>

/**
 * How one server of a selection fares: `waiting` is not asked yet, `going` is asked, `refused` says why it was not asked,
 * `failed` has the cloud's words, `skipped` was cancelled before it was asked.
 */
export const BulkOutcome = z.object({
  serverId: ServerId,
  /** `web #2 of shop`, so that the list stays readable. */
  name: z.string(),
  state: z.enum(['waiting', 'going', 'done', 'refused', 'failed', 'skipped']),
  message: z.string(),
})
export type BulkOutcome = z.infer<typeof BulkOutcome>
