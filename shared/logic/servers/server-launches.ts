import type { AppError } from '../../model/errors.ts'
import type { Server } from '../../model/servers.ts'
import { type InstanceView, withFacts } from './server-facts.ts'
import { launchReasonText } from './server-reasons.ts'
import { enter, iso, type LifeStep, serverName, told } from './server-steps.ts'

/** The cloud has made the instance: Pending launch becomes Pending. */
export function launched(server: Server, instance: InstanceView, nowMs: number): LifeStep {
  const next = enter(
    withFacts(server, instance),
    server.status === 'pending-launch' ? 'pending' : server.status,
    nowMs,
    {
      cloudServerId: instance.id,
      launchedAt: iso(nowMs),
      attempts: server.attempts + 1,
      error: null,
      retryAt: null,
      absentSince: null,
    },
  )
  const why = launchReasonText(server.launchReason)
  return {
    server: next,
    events: [
      told('BeforeInstanceLaunch', `The cloud made ${instance.id} for ${serverName(server)}`, 'system', why),
    ],
  }
}

/**
 * The launch call failed. `made: 'no'` means that the cloud refused, so the next try is a new call; `'unknown'` means that
 * the answer was lost, so the same token is asked again.
 */
export function launchFailed(
  server: Server,
  error: AppError,
  made: 'no' | 'unknown',
  nowMs: number,
  random: number,
): LifeStep {
  const attempts = server.attempts + 1
  const backoffMs = Math.min(2_000 * 2 ** Math.min(attempts - 1, 7), 300_000) * (0.75 + random / 2)
  const next: Server = {
    ...server,
    attempts,
    error: error.toInfo(),
    retryAt: iso(nowMs + backoffMs),
    launch: made === 'no' ? null : server.launch,
    waitingFor: 'another try',
  }
  return {
    server: next,
    events: [
      told('InstanceLaunchFailed', `${serverName(server)} was not launched: ${error.message}`, 'cloud'),
    ],
  }
}
