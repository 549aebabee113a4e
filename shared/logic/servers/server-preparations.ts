import type { AppError } from '../../model/errors.ts'
import type { Server } from '../../model/servers.ts'
import { elapsedMs, type LifePolicy } from './life-policy.ts'
import { sshUnreachable } from './server-contact.ts'
import { type LifeStep, serverName } from './server-steps.ts'

/** A preparation began: the server says what it waits for. */
export function preparing(server: Server, waitingFor: string): LifeStep {
  const same = server.waitingFor === waitingFor
  if (server.status !== 'initializing' || same) return { server, events: [] }
  return { server: { ...server, waitingFor }, events: [] }
}

/** A server that is still to be prepared does not run without SSH: after the usual wait it says so, and waits on. */
export function sshIsLate(server: Server, nowMs: number, policy: LifePolicy): LifeStep {
  const isLate = elapsedMs(server.since, nowMs, policy) >= policy.sshWaitMs
  if (server.status !== 'initializing' || !isLate || server.error !== null) return { server, events: [] }
  return { server: { ...server, error: sshUnreachable(server) }, events: [] }
}

/** A preparation is done and is not done again. */
export function prepared(server: Server, name: string): LifeStep {
  if (server.prepared.includes(name)) return { server, events: [] }
  return { server: { ...server, prepared: [...server.prepared, name], error: null }, events: [] }
}

/**
 * A preparation failed. What may heal is tried again; what cannot makes the server Failed: it stays for inspection, and is
 * neither terminated nor replaced by itself (reference 4.3).
 */
export function preparationFailed(
  server: Server,
  failure: { error: AppError; canHeal: boolean },
  nowMs: number,
): LifeStep {
  if (server.status !== 'initializing') return { server, events: [] }
  const { error, canHeal } = failure
  const next = { ...server, error: error.toInfo() }
  if (canHeal) {
    const same = server.error?.code === error.code && server.error.message === error.message
    return { server: same ? server : next, events: [] }
  }
  return {
    server: { ...next, initFailedAt: new Date(nowMs).toISOString(), waitingFor: null },
    events: [
      {
        kind: 'HostInitFailed',
        message: `The initialisation of ${serverName(server)} failed: ${error.message}`,
        reason: error.message,
        firedBy: 'system',
      },
    ],
  }
}

/** A failed initialisation is to be tried again, as a person asks. */
export function retryInit(server: Server): LifeStep {
  if (server.initFailedAt === null) return { server, events: [] }
  return { server: { ...server, initFailedAt: null, error: null, waitingFor: 'SSH' }, events: [] }
}
