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

/** Why a server was launched, with the reference's code. */
export const LaunchReason = z.enum(['replacement', 'scaling-up', 'farm-launched', 'manual'])
export type LaunchReason = z.infer<typeof LaunchReason>

/** Why a server was terminated, with the reference's code. */
export const TerminateReason = z.enum([
  'farm-role-removed',
  'launch-timeout',
  'scaling-down',
  'manual',
  'farm-terminated',
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
  instanceState: InstanceState.nullable(),
  publicIp: z.string().nullable(),
  privateIp: z.string().nullable(),
  hostname: z.string().nullable(),
  keyName: z.string().nullable(),
  securityGroupIds: z.array(z.string()),
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
  launchReason: LaunchReason,
  terminateReason: TerminateReason.nullable(),
  /** Which launch call made it: `token` is the client token, `position` the instance's launch index in that call. */
  launch: z.object({ token: z.string(), position: z.number().int(), size: z.number().int() }).nullable(),
  createdAt: Timestamp,
  launchedAt: Timestamp.nullable(),
  runningAt: Timestamp.nullable(),
  terminatedAt: Timestamp.nullable(),
  /** Since when the cloud did not list it, or null. */
  absentSince: Timestamp.nullable(),
  /** The preparations between the first contact and Running that are done: `elastic-ip`, `hostname`, `volumes`. */
  prepared: z.array(z.string()).default([]),
  /** When its initialisation failed for good: it is shown as Failed and kept for inspection (reference 4.3). */
  initFailedAt: Timestamp.nullable().default(null),
  /** The subnet that it is launched in when its farm role names some, else null. */
  subnetId: z.string().nullable().default(null),
  /** The Elastic IP of its index, once it is the server's, else null. */
  elasticIp: z.string().nullable().default(null),
  /** A spot instance: the cloud may take it back, and it cannot be suspended. */
  spot: z.boolean().default(false),
})
export type Server = z.infer<typeof Server>

export const ServerAction = z.enum([
  'reboot',
  'suspend',
  'resume',
  'terminate',
  'lock',
  'unlock',
  'connect',
  'console',
  'retry',
])
export type ServerAction = z.infer<typeof ServerAction>
