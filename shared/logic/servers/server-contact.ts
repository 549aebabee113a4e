import type { ErrorInfo } from '../../model/errors.ts'
import type { Server } from '../../model/servers.ts'
import { elapsedMs, type LifePolicy } from './life-policy.ts'
import { askTerminate } from './server-asks.ts'
import { enter, iso, type LifeStep, serverName, told } from './server-steps.ts'

/** What a server shows whose SSH was waited for in vain. */
export function sshUnreachable(server: Server): ErrorInfo {
  const where = server.ssh ? `${server.ssh.host}:${server.ssh.port}` : 'any address'
  return {
    code: 'ssh.unreachable',
    message: `SSH does not answer at ${where}. Check its security groups, network and image.`,
    retryable: true,
    details: {},
  }
}

/** SSH answered, or was waited for long enough: Initializing and Resuming become Running. */
export function sshAnswered(
  server: Server,
  answer: 'yes' | 'no',
  nowMs: number,
  policy: LifePolicy,
): LifeStep {
  if (server.status !== 'initializing' && server.status !== 'resuming') {
    const isBack = server.status === 'running' && server.rebooting && server.restart === null
    if (isBack && answer === 'yes') {
      return {
        server: { ...server, rebooting: false, waitingFor: null },
        events: [told('RebootComplete', `${serverName(server)} has rebooted`, 'system')],
      }
    }
    return { server, events: [] }
  }
  // Windows is reached by RDP with its password: the cloud's word that it runs is all there is.
  const isAsked = server.platform !== 'windows'
  if (isAsked && answer === 'no' && elapsedMs(server.since, nowMs, policy) < policy.sshWaitMs)
    return { server, events: [] }
  const resumed = server.status === 'resuming'
  const next = enter(server, 'running', nowMs, {
    runningAt: server.runningAt ?? iso(nowMs),
    rebooting: false,
    error: answer === 'yes' || !isAsked ? null : sshUnreachable(server),
  })
  const how = answer === 'yes' || !isAsked ? null : 'SSH did not answer in time; the cloud says that it runs'
  return {
    server: next,
    events: [
      resumed
        ? told('ResumeComplete', `${serverName(server)} is running again`, 'system', how)
        : told('HostUp', `${serverName(server)} is running`, 'system', how),
    ],
  }
}

/** A server that still lacks something does not run without SSH: after the usual wait it says so, and waits on. */
export function sshIsLate(server: Server, nowMs: number, policy: LifePolicy): LifeStep {
  const isLate = elapsedMs(server.since, nowMs, policy) >= policy.sshWaitMs
  if (server.status !== 'initializing' || !isLate || server.error !== null) return { server, events: [] }
  return { server: { ...server, error: sshUnreachable(server) }, events: [] }
}

/** Time alone: a server that does not come up within the launch timeout is given up. */
export function timePassed(server: Server, nowMs: number, policy: LifePolicy): LifeStep {
  const waits = server.status === 'pending' || server.status === 'initializing'
  if (!waits || server.launchedAt === null || server.lock || server.initFailedAt !== null)
    return { server, events: [] }
  const waitedMs = elapsedMs(server.launchedAt, nowMs, policy)
  if (waitedMs < policy.launchTimeoutMs) return { server, events: [] }
  return askTerminate(server, 'launch-timeout', 'system', nowMs)
}

/** The host key that is trusted from now on, shown with the server's address. */
export function withHostKey(server: Server, fingerprint: string): LifeStep {
  if (!server.ssh || server.ssh.hostKeyFingerprint === fingerprint) return { server, events: [] }
  return { server: { ...server, ssh: { ...server.ssh, hostKeyFingerprint: fingerprint } }, events: [] }
}
