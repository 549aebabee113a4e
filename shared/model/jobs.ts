import { z } from 'zod'
import { ErrorInfo } from './errors.ts'
import { JobId, Timestamp } from './ids.ts'
import { BulkAction, BulkOptions, BulkOutcome } from './servers.ts'

/** A line that a job wrote about itself. */
export const LogLine = z.object({ at: Timestamp, text: z.string() })
export type LogLine = z.infer<typeof LogLine>

export const JobState = z.enum(['running', 'done', 'failed', 'cancelled', 'interrupted'])
export type JobState = z.infer<typeof JobState>

export const JobKind = z.enum([
  'farm.launch',
  'farm.terminate',
  'farm.suspend',
  'farm.resume',
  'server.launch',
  'farm.remove',
  'server.reboot',
  'server.suspend',
  'server.resume',
  'server.terminate',
  'servers.bulk',
  'key.regenerate',
  'cloud.refresh',
  'roles.starter',
  'server.snapshot',
  'image.copy',
  'image.deregister',
  'servers.rollout',
  'servers.import',
  'volume.attach',
  'volume.detach',
])
export type JobKind = z.infer<typeof JobKind>

/** Work that takes longer than about a second: followed by screens, CLI and API, kept in the ledger. */
export const Job = z.object({
  id: JobId,
  kind: JobKind,
  /** A sentence fragment for people: "Launch farm shop". */
  title: z.string(),
  target: z.object({
    kind: z.enum(['farm', 'server', 'cloud', 'key', 'workspace', 'image', 'role', 'instance']),
    id: z.string(),
  }),
  state: JobState,
  /** Finished and expected units, and what is happening now. */
  progress: z.object({ done: z.number().int(), total: z.number().int(), step: z.string() }),
  /** What it wrote about itself, oldest first; absent: nothing. */
  log: z.array(LogLine).optional(),
  error: ErrorInfo.nullable(),
  cancellable: z.boolean(),
  /** A job about a selection of servers: what was asked, and how each of them fares. */
  bulk: z
    .object({ action: BulkAction, options: BulkOptions, outcomes: z.array(BulkOutcome) })
    .nullable()
    .default(null),
  startedAt: Timestamp,
  endedAt: Timestamp.nullable(),
})
export type Job = z.infer<typeof Job>

export const JobRef = z.object({ jobId: JobId })
export type JobRef = z.infer<typeof JobRef>
