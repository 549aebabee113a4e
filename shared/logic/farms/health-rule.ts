import type { HealthRule } from '../../model/farm-roles.ts'
import type { ErrorInfo } from '../../model/errors.ts'
import type { Server } from '../../model/servers.ts'
import { askTerminate } from '../servers/server-asks.ts'
import { type LifeStep, serverName } from '../servers/server-steps.ts'

/** What the checks of a running server have shown: how many failed in a row, and when the first of them did. */
export interface HealthRecord {
  failures: number
  /** Of a clock that never jumps. */
  firstFailedMs: number
}

/** One check of a server: whether it answered, and what the cloud says of its instance. */
export interface HealthCheck {
  sshAnswers: boolean
  /** Null when the cloud does not tell. */
  instanceIsOk: boolean | null
}

/** The record after a check; null once the server answers. */
export function checked(
  record: HealthRecord | null,
  { sshAnswers, instanceIsOk }: HealthCheck,
  nowMs: number,
): HealthRecord | null {
  if (sshAnswers && instanceIsOk !== false) return null
  return { failures: (record?.failures ?? 0) + 1, firstFailedMs: record?.firstFailedMs ?? nowMs }
}

/** What the rule asks for: enough failures in a row, over enough time. */
export function healthVerdict(
  rule: HealthRule,
  record: HealthRecord | null,
  nowMs: number,
): 'fine' | 'watch' | HealthRule['action'] {
  if (!rule.enabled || record === null) return 'fine'
  const isLongEnough = nowMs - record.firstFailedMs >= rule.minutes * 60_000
  return record.failures >= rule.failedChecks && isLongEnough ? rule.action : 'watch'
}

/** Whether the rule may look at the server at all: it is left alone while something else happens to it. */
export function isWatched(server: Server, rule: HealthRule): boolean {
  return (
    rule.enabled &&
    server.status === 'running' &&
    server.instanceState === 'running' &&
    !server.rebooting &&
    server.restart === null &&
    server.lock === null
  )
}

/** A server that does not answer says so, and no longer once it answers. */
export function watched(server: Server, record: HealthRecord | null, rule: HealthRule): LifeStep {
  const isOurs = server.error?.code === 'server.unhealthy'
  if (record === null) {
    return { server: isOurs ? { ...server, error: null } : server, events: [] }
  }
  const error: ErrorInfo = {
    code: 'server.unhealthy',
    message: `${record.failures} checks in a row failed. After ${rule.failedChecks} over ${rule.minutes} minutes it is ${rule.action === 'replace' ? 'replaced' : 'rebooted'}.`,
    retryable: true,
    details: {},
  }
  if (server.error !== null && !isOurs) return { server, events: [] }
  return { server: { ...server, error }, events: [] }
}

/** The rule replaces the server: it is terminated, and its index is free for another. */
export function replaceUnhealthy(server: Server, record: HealthRecord, nowMs: number): LifeStep {
  const step = askTerminate(server, 'unhealthy', 'system', nowMs)
  if (step.server === server) return step
  return {
    server: step.server,
    events: [unhealthy(server, record, 'it is replaced'), ...step.events],
  }
}

/** What is told before the rule acts. */
export function unhealthy(server: Server, record: HealthRecord, then: string): LifeStep['events'][number] {
  return {
    kind: 'ServerUnhealthy',
    message: `${serverName(server)} failed ${record.failures} checks in a row; ${then}`,
    reason: 'the health rule of its farm role',
    firedBy: 'system',
  }
}
