import type { AppError } from '../../model/errors.ts'
import type { FarmDesign } from '../../model/farms.ts'
import type { Server } from '../../model/servers.ts'
import { iso, type LifeStep, serverName, told } from './server-steps.ts'

/**
 * How long a graceful end leaves between BeforeHostTerminate and the cloud call (reference 4.7): `auto` waits only when
 * something runs on the servers before they end, a number of milliseconds always.
 */
export type TerminateDelay = 'auto' | number

/** The reference's delay, for what has to run before a server ends. */
export const HOOKS_DELAY_MS = 180_000
/** A server that the cloud does not end is asked for again after this time. */
const REFUSED_RETRY_MS = 60_000

/** Milliseconds from the wish to the cloud call. */
export function terminateDelayMs(
  delay: TerminateDelay,
  asked: { isForced: boolean; hasHooks: boolean; status: Server['status'] },
): number {
  // What does not run has nothing to finish.
  const canRun = asked.status === 'running' || asked.status === 'initializing'
  if (asked.isForced || !canRun) return 0
  if (delay === 'auto') return asked.hasHooks ? HOOKS_DELAY_MS : 0
  return delay
}

/** What a farm role asks for; `auto` for one that is gone. */
export function terminateDelayOf(design: FarmDesign | undefined, farmRoleId: string): TerminateDelay {
  const seconds = design?.roles.find(({ id }) => id === farmRoleId)?.timeouts.terminateSeconds ?? 'auto'
  return seconds === 'auto' ? 'auto' : seconds * 1000
}

/** A graceful end that is still waited for comes now. */
export function askTerminateNow(server: Server): LifeStep {
  if (server.status !== 'pending-terminate' || (server.terminateAt === null && server.retryAt === null))
    return { server, events: [] }
  return {
    server: { ...server, terminateAt: null, retryAt: null },
    events: [told('BeforeHostTerminate', `${serverName(server)} is terminated at once`, 'person', 'forced')],
  }
}

/** The cloud refuses to end it, mostly because its termination protection is on: it stays as it is and is asked for again. */
export function terminationRefused(server: Server, error: AppError, nowMs: number): LifeStep {
  if (server.status !== 'pending-terminate') return { server, events: [] }
  if (error.details.refusal !== 'protected') return notTerminated(server, error, nowMs)
  const isNews = !server.terminationProtected || server.error === null
  const message = `The cloud does not terminate ${serverName(server)}: its termination protection is on. Switch it off; Farmhand asks again by itself.`
  return {
    server: {
      ...server,
      terminationProtected: true,
      retryAt: iso(nowMs + REFUSED_RETRY_MS),
      waitingFor: 'its termination protection to be switched off',
      error: { ...error.toInfo(), code: 'server.protected', message, retryable: true },
    },
    events: isNews ? [told('TerminationRefused', message, 'cloud', error.details.cloudMessage ?? null)] : [],
  }
}

function notTerminated(server: Server, error: AppError, nowMs: number): LifeStep {
  const isNews = server.error?.message !== error.message
  const message = `The cloud does not terminate ${serverName(server)}; Farmhand asks again by itself`
  return {
    server: {
      ...server,
      retryAt: iso(nowMs + REFUSED_RETRY_MS),
      waitingFor: 'the cloud to allow its end',
      error: { ...error.toInfo(), retryable: true },
    },
    events: isNews ? [told('TerminationRefused', message, 'cloud', error.message)] : [],
  }
}

/** The protection is on or off from now on, by a person or as the cloud tells; what was held up by it goes on. */
export function protectionIs(
  server: Server,
  isOn: boolean,
  firedBy: 'person' | 'cloud' = 'person',
): LifeStep {
  if (server.terminationProtected === isOn) return { server, events: [] }
  const wasHeldUp = server.error?.code === 'server.protected'
  const kind = isOn ? 'TerminationProtected' : 'TerminationUnprotected'
  return {
    server: {
      ...server,
      terminationProtected: isOn,
      ...(!isOn && wasHeldUp ? { error: null, retryAt: null, waitingFor: 'the instance to end' } : {}),
    },
    events: [
      told(kind, `Termination protection of ${serverName(server)} is ${isOn ? 'on' : 'off'}`, firedBy),
    ],
  }
}

/** A farm role's new minimum when `count` of its servers are ended for good (reference 4.7): it stays above zero. */
export function decreasedMin(min: number, count: number): number {
  return min > count ? min - count : min
}
