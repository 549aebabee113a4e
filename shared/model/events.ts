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
  'FarmLaunchFinished',
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

/** One thing that happened, in the past tense; never changed afterwards. */
export const Event = z.object({
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
  error: ErrorInfo.nullable(),
})
export type Event = z.infer<typeof Event>

export const EventFilter = z.strictObject({
  farmId: z.string().optional(),
  serverId: z.string().optional(),
  /** Events older than this one's id, for paging. */
  before: EventId.optional(),
  limit: z.number().int().min(1).max(1000).default(100),
})
export type EventFilter = z.infer<typeof EventFilter>
