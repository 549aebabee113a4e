import type { Server, TerminateReason } from '../../model/servers.ts'
import { gone } from './server-life.ts'
import { terminateReasonText } from './server-reasons.ts'
import { enter, iso, type LifeEvent, type LifeStep, serverName, told } from './server-steps.ts'

/** Someone or something wants the server ended; the cloud is asked `delayMs` from now. */
export function askTerminate(
  server: Server,
  reason: TerminateReason,
  firedBy: LifeEvent['firedBy'],
  nowMs: number,
  delayMs = 0,
): LifeStep {
  if (server.status === 'terminated' || server.status === 'pending-terminate') return { server, events: [] }
  if (server.cloudServerId === null && server.launch === null) {
    return gone({ ...server, terminateReason: reason, status: 'pending-terminate' }, nowMs, null)
  }
  return {
    server: enter(server, 'pending-terminate', nowMs, {
      terminateReason: reason,
      terminateAt: delayMs > 0 ? iso(nowMs + delayMs) : null,
      waitingFor: delayMs > 0 ? 'what runs before the end' : 'the instance to end',
      retryAt: null,
      error: null,
      rebooting: false,
    }),
    events: [
      told(
        'BeforeHostTerminate',
        `${serverName(server)} will be terminated`,
        firedBy,
        terminateReasonText(reason),
      ),
    ],
  }
}

/** A suspend was asked for. */
export function askSuspend(
  server: Server,
  firedBy: LifeEvent['firedBy'],
  nowMs: number,
  isReserve = false,
): LifeStep {
  if (server.status !== 'running') return { server, events: [] }
  return {
    server: enter(server, 'pending-suspend', nowMs, {
      rebooting: false,
      error: null,
      retryAt: null,
      reserve: isReserve,
    }),
    events: [told('BeforeHostTerminate', `${serverName(server)} will be suspended (Suspend)`, firedBy)],
  }
}

/** A resume was asked for. */
export function askResume(server: Server, nowMs: number): LifeStep {
  if (server.status !== 'suspended') return { server, events: [] }
  return {
    server: enter(server, 'resuming', nowMs, { error: null, retryAt: null, reserve: false }),
    events: [],
  }
}

/** A reboot was asked of the cloud (soft), or is to be done by stopping and starting the instance (hard). */
export function askReboot(
  server: Server,
  firedBy: LifeEvent['firedBy'],
  mode: 'soft' | 'hard' = 'soft',
): LifeStep {
  if (server.status !== 'running' && server.status !== 'initializing') return { server, events: [] }
  return {
    server: {
      ...server,
      rebooting: true,
      error: null,
      restart: mode === 'hard' ? 'stop' : null,
      waitingFor: 'the reboot',
    },
    events: [told('RebootBegin', `${serverName(server)} reboots`, firedBy, mode === 'hard' ? 'hard' : null)],
  }
}
