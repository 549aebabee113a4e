import type { AppError, ErrorCode } from '../../model/errors.ts'
import type { EventKind } from '../../model/events.ts'
import type { Server } from '../../model/servers.ts'
import type { CloudCall } from './server-cloud-calls.ts'
import { enter, iso, type LifeStep, serverName, told } from './server-steps.ts'

/** The cloud has said no, and would say so again: asking once more at the next pass is of no use. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set(['cloud.refused', 'cloud.quota', 'cloud.capacity'])
/** A farm that is suspended asks again for a server that the cloud did not stop after this time. */
const ASK_AGAIN_MS = 600_000

/** Whether the cloud has refused a call; what was lost, throttled or not signed in is asked again instead. */
export function isRefusal(error: Pick<AppError, 'code'>): boolean {
  return REFUSALS.has(error.code)
}

/**
 * The cloud refuses to stop or start a server: it is again what the cloud says that it is, with the cloud's words, and can
 * be asked the same from there.
 */
export function callRefused(
  server: Server,
  call: Exclude<CloudCall, 'launch' | 'terminate'>,
  error: AppError,
  nowMs: number,
): LifeStep {
  switch (call) {
    case 'stop':
      if (server.status !== 'pending-suspend') break
      return refused(
        enter(server, 'running', nowMs, { retryAt: iso(nowMs + ASK_AGAIN_MS) }),
        { code: 'server.suspend_refused', kind: 'SuspendRefused', did: 'suspend', then: 'It runs on' },
        error,
      )
    case 'force-stop':
      if (server.restart !== 'stop') break
      return refused(
        { ...server, rebooting: false, restart: null, waitingFor: null },
        { code: 'server.reboot_refused', kind: 'RebootRefused', did: 'stop', then: 'It runs on' },
        error,
      )
    case 'start':
      if (server.status === 'resuming') {
        return refused(
          enter(server, 'suspended', nowMs),
          { code: 'server.resume_refused', kind: 'ResumeRefused', did: 'start', then: 'It stays suspended' },
          error,
        )
      }
      if (server.restart !== 'start') break
      return refused(
        enter(server, 'suspended', nowMs, { rebooting: false }),
        { code: 'server.resume_refused', kind: 'RebootRefused', did: 'start', then: 'It is suspended now' },
        error,
      )
  }
  return { server, events: [] }
}

/** A suspend that the cloud refused is asked again now, and not when its time comes. */
export function askSuspendAgain(server: Server): LifeStep {
  if (server.error?.code !== 'server.suspend_refused') return { server, events: [] }
  return { server: { ...server, error: null, retryAt: null }, events: [] }
}

function refused(
  server: Server,
  words: { code: ErrorCode; kind: EventKind; did: 'suspend' | 'stop' | 'start'; then: string },
  error: AppError,
): LifeStep {
  const message = `The cloud did not ${words.did} ${serverName(server)}. ${words.then}; ask again when its reason is gone.`
  const said = error.details.cloudMessage ?? error.message
  return {
    server: { ...server, error: { ...error.toInfo(), code: words.code, message, retryable: true } },
    events: [told(words.kind, message, 'cloud', said)],
  }
}
