import { z } from 'zod'
import { ErrorInfo } from './errors.ts'
import { EventId, Timestamp } from './ids.ts'

/** What can happen. Names of the reference where it has one; the rest in the same manner. */
export const EventKind = z.enum([
  'BeforeFarmLaunch',
  'FarmLaunched',
  'FarmSuspended',
  'FarmResumed',
  'BeforeFarmTerminate',
  'FarmTerminated',
  'FarmChanged',
  'FarmLocked',
  'FarmUnlocked',
  'LeaseWarning',
  'LeaseExtended',
  'LeaseEnded',
  'HoursWarning',
  'HoursClosed',
  'HoursOpened',
  'ResourceKept',
  'ResourceReleased',
  'ServerCreated',
  'BeforeInstanceLaunch',
  'InstanceLaunchFailed',
  'HostInit',
  'HostInitFailed',
  'BeforeHostUp',
  'HostUp',
  'IPAddressChanged',
  'HostnameChanged',
  'ServerGroupsChanged',
  'UpkeepFailed',
  'RebootBegin',
  'RebootComplete',
  'RebootFailed',
  'RebootRefused',
  'SuspendRefused',
  'ResumeRefused',
  'BeforeHostTerminate',
  'HostDown',
  'ResumeComplete',
  'ServerUnhealthy',
  'ServerMissing',
  'ServerFound',
  'ServerLocked',
  'ServerUnlocked',
  'TroubleshootingBegan',
  'TroubleshootingEnded',
  'TypeChanged',
  'TerminationProtected',
  'TerminationUnprotected',
  'TerminationRefused',
  'PasswordShown',
  'LaunchPaused',
  'LaunchResumed',
  'HostKeyPinned',
  'HostKeyChanged',
  'KeyCreated',
  'KeyRegenerated',
  'KeyRemoved',
  'SecurityGroupCreated',
  'SecurityGroupChanged',
  'SecurityGroupDeleted',
  'OrphanTerminated',
  'ImageCreated',
  'ImageDeregistered',
  'ServerImported',
  'ServersReplaced',
  'VolumeCreated',
  'EBSVolumeAttached',
  'EBSVolumeMounted',
  'VolumeDeleted',
  'SnapshotCreated',
  'SnapshotDeleted',
])
export type EventKind = z.infer<typeof EventKind>

/** What led to an event: an earlier event, a run, a rule, a schedule or a job by its id, or a person by name. */
export const Cause = z.object({
  kind: z.enum(['event', 'run', 'rule', 'schedule', 'job', 'person']),
  id: z.string(),
})
export type Cause = z.infer<typeof Cause>

/** What an event tells beside its sentence, by name: `alias`, `index`, `cloudServerId`… */
export const EventData = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
export type EventData = z.infer<typeof EventData>

/** One thing that happened, in the past tense; never changed afterwards. */
export const Event = z.object({
  /** Its place among all events; grows with every event, also over gaps. */
  seq: z.number().int().positive(),
  id: EventId,
  at: Timestamp,
  kind: EventKind,
  farmId: z.string().nullable(),
  farmRoleId: z.string().nullable(),
  serverId: z.string().nullable(),
  /** A sentence for people, with names. */
  message: z.string(),
  /** Why it happened, when something caused it. */
  reason: z.string().nullable(),
  firedBy: z.enum(['person', 'system', 'cloud']),
  causedBy: Cause.nullable(),
  data: EventData,
  error: ErrorInfo.nullable(),
})
export type Event = z.infer<typeof Event>

/** An event that is about to be kept; the ledger gives it its place. */
export type NewEvent = Omit<Event, 'seq'>

export const EventFilter = z.strictObject({
  farmId: z.string().optional(),
  serverId: z.string().optional(),
  kind: EventKind.optional(),
  /** Events older than this one's id, for paging. */
  before: EventId.optional(),
  limit: z.number().int().min(1).max(1000).default(100),
})
export type EventFilter = z.infer<typeof EventFilter>
