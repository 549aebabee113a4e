import { spread } from './ids.ts'
import type { SandboxTimes } from './settings.ts'
import type { InstanceRecord, InstanceStateName } from './state/records.ts'

/** EC2's number for each state. */
export const stateCodes: Readonly<Record<InstanceStateName, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
}

/** How long this instance boots. */
export function bootTime(id: string, times: SandboxTimes): number {
  return times.bootMs ?? 2_000 + spread(`boot ${id}`, 4_000)
}

/**
 * The instance as it is at `now`: what ends by itself has ended. Only booting does not: an instance runs when its SSH
 * server listens, which whoever runs it writes down.
 */
export function settled(record: InstanceRecord, now: number): InstanceRecord {
  const { next } = record
  if (next === null || next.state === 'running' || now < next.at) return record
  return { ...record, state: next.state, since: next.at, next: null }
}

/** Whether the cloud still (terminated ones fade) or already (new ones appear late) knows the instance. */
export function isListed(record: InstanceRecord, now: number, times: SandboxTimes): boolean {
  if (now < record.visibleAt) return false
  return record.state !== 'terminated' || now < record.since + times.terminatedListedMs
}

interface Order {
  now: number
  times: SandboxTimes
  reason: { code: string; message: string }
}

export function stopping(record: InstanceRecord, { now, times, reason }: Order): InstanceRecord {
  return {
    ...record,
    state: 'stopping',
    since: now,
    next: { state: 'stopped', at: now + times.stopMs },
    reason,
  }
}

export function starting(record: InstanceRecord, { now, times }: Order): InstanceRecord {
  const bootMs = bootTime(record.id, times)
  return {
    ...record,
    state: 'pending',
    since: now,
    launchedAt: now,
    bootMs,
    next: { state: 'running', at: now + bootMs },
    reason: null,
  }
}

/** A reboot leaves the state at running; the machine is away for half of its boot time. */
export function rebooting(record: InstanceRecord, { now }: Order): InstanceRecord {
  return { ...record, next: { state: 'running', at: now + record.bootMs / 2 } }
}

export function terminating(record: InstanceRecord, { now, times, reason }: Order): InstanceRecord {
  return {
    ...record,
    state: 'shutting-down',
    since: now,
    next: { state: 'terminated', at: now + times.terminateMs },
    reason,
  }
}
