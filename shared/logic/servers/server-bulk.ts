import type { ErrorCode, ErrorInfo } from '../../model/errors.ts'
import type { Job } from '../../model/jobs.ts'
import type { BulkAction, BulkOutcome, Server, ServerAction } from '../../model/servers.ts'
import { hardRebootRefusal, type Refusal, refusalOf, STATUS_WORDS } from './server-actions.ts'
import { serverName } from './server-steps.ts'

type Bulk = NonNullable<Job['bulk']>

/** What a bulk action is called on buttons and in titles. */
export const BULK_WORDS: Readonly<Record<BulkAction, string>> = {
  cancel: 'Cancel the launch of',
  reboot: 'Reboot',
  suspend: 'Suspend',
  resume: 'Resume',
  terminate: 'Terminate',
  lock: 'Lock',
  unlock: 'Unlock',
  protect: 'Protect from termination',
  unprotect: 'End the termination protection of',
  troubleshoot: 'Hold for troubleshooting',
  release: 'Release',
  retry: 'Try again the launch of',
}

/** Why a server is left out of a bulk action, or null when it takes part. */
export function bulkRefusal(server: Server, action: BulkAction, mode: 'soft' | 'hard'): Refusal | null {
  const refusal = refusalOf(server, action satisfies ServerAction)
  return refusal ?? (action === 'reboot' && mode === 'hard' ? hardRebootRefusal(server) : null)
}

/** How a server that was asked fares now. `server` is undefined once only the ledger has it. */
export function bulkProgress(
  outcome: BulkOutcome,
  action: BulkAction,
  server: Server | undefined,
): BulkOutcome {
  if (outcome.state !== 'going') return outcome
  if (!server) return ended(outcome, 'done', 'It is gone')
  const going = (): BulkOutcome => {
    const message = server.waitingFor === null ? outcome.message : `Waiting for ${server.waitingFor}`
    return message === outcome.message ? outcome : { ...outcome, message }
  }
  switch (action) {
    case 'reboot':
      if (server.rebooting) return going()
      if (server.error !== null) return ended(outcome, 'failed', wordsOf(server.error))
      return server.status === 'running' || server.status === 'initializing'
        ? ended(outcome, 'done', 'It has rebooted')
        : overtaken(outcome, server)
    case 'suspend':
      if (server.status === 'suspended') return ended(outcome, 'done', 'It is suspended')
      if (server.status === 'pending-suspend') return going()
      return refused(outcome, server, 'server.suspend_refused') ?? overtaken(outcome, server)
    case 'resume':
      if (server.status === 'running') return ended(outcome, 'done', 'It is running')
      if (server.status === 'resuming') return going()
      return refused(outcome, server, 'server.resume_refused') ?? overtaken(outcome, server)
    case 'terminate':
    case 'cancel':
      if (server.status === 'terminated') return ended(outcome, 'done', 'It is gone')
      if (server.status !== 'pending-terminate') return overtaken(outcome, server)
      return server.error ? ended(outcome, 'failed', wordsOf(server.error)) : going()
    case 'lock':
    case 'unlock':
    case 'protect':
    case 'unprotect':
    case 'troubleshoot':
    case 'release':
    case 'retry':
      return ended(outcome, 'done', '')
  }
}

/** The cloud's own words where there are any. */
export function wordsOf(error: ErrorInfo): string {
  const { cloudCode, cloudMessage } = error.details
  return cloudMessage === undefined ? error.message : `${cloudCode ?? ''} ${cloudMessage}`.trim()
}

/** Counts of a selection's outcomes. */
export function bulkCounts(bulk: Bulk): Record<BulkOutcome['state'], number> {
  const counts = { waiting: 0, going: 0, done: 0, refused: 0, failed: 0, skipped: 0 }
  for (const { state } of bulk.outcomes) counts[state] += 1
  return counts
}

/** `98 done, 1 refused, 1 failed`: what a finished selection says of itself. */
export function bulkSummary(bulk: Bulk): string {
  const counts = bulkCounts(bulk)
  const states = ['done', 'refused', 'failed', 'skipped', 'going', 'waiting'] as const
  const words = { done: 'done', refused: 'refused', failed: 'failed', skipped: 'not asked' } as const
  return states
    .filter((state) => counts[state] > 0)
    .map(
      (state) => `${counts[state]} ${state === 'going' || state === 'waiting' ? 'on the way' : words[state]}`,
    )
    .join(', ')
}

/** The first outcome that a person must look at, for the one sentence of a failed selection. */
export function bulkFault(bulk: Bulk): string | null {
  const bad = bulk.outcomes.filter(({ state }) => state === 'failed' || state === 'refused')
  const [first] = bad
  if (!first) return null
  const more = bad.length > 1 ? ` (and ${bad.length - 1} more)` : ''
  return `${bulkSummary(bulk)}. ${first.name}: ${first.message}${more}`
}

/** A server of a selection before anything was asked. */
export function waitingOutcome(server: Server): BulkOutcome {
  return { serverId: server.id, name: serverName(server), state: 'waiting', message: '' }
}

function ended(outcome: BulkOutcome, state: BulkOutcome['state'], message: string): BulkOutcome {
  return { ...outcome, state, message }
}

/** The cloud has refused what was asked; asking it cleared what was wrong before. */
function refused(outcome: BulkOutcome, server: Server, code: ErrorCode): BulkOutcome | null {
  return server.error?.code === code ? ended(outcome, 'failed', wordsOf(server.error)) : null
}

function overtaken(outcome: BulkOutcome, server: Server): BulkOutcome {
  const message = `It is ${STATUS_WORDS[server.status].toLowerCase()} now; something else happened to it meanwhile.`
  return ended(outcome, 'failed', message)
}
