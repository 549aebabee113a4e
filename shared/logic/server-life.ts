import type { AppError, ErrorInfo } from '../model/errors.ts'
import type { InstanceState, Server, ServerStatus, TerminateReason } from '../model/servers.ts'
import {
  LAUNCH_REASON_WORDS,
  TERMINATE_REASON_CODES,
  TERMINATE_REASON_WORDS,
  launchReasonText,
  terminateReasonText,
} from './server-reasons.ts'
import { enter, iso, type LifeEvent, type LifeStep, serverName, told } from './server-steps.ts'

export { LAUNCH_REASON_WORDS, TERMINATE_REASON_WORDS }
export { type LifeEvent, type LifeStep, serverName }

/** What the cloud tells about one instance, as far as a server's life depends on it. */
export interface InstanceView {
  id: string
  state: InstanceState
  zone: string | null
  imageId: string
  instanceType: string
  platform: Server['platform']
  rootDevice: Server['rootDevice']
  publicIp: string | null
  privateIp: string | null
  hostname: string | null
  keyName: string | null
  securityGroupIds: string[]
  sshPort: number | null
  stateReason: string | null
}

/** How long the engine waits for what, in milliseconds. */
export interface LifePolicy {
  /** An instance may be absent from lists this long after it was launched (eventual consistency). */
  appearMs: number
  /** Absent this long: the server is Missing. */
  missingMs: number
  /** Missing this long: the server is Terminated (crashed). */
  goneMs: number
  /** Not running this long after its launch: it is terminated. */
  launchTimeoutMs: number
  /** SSH that does not answer this long after the instance runs no longer holds the server back. */
  sshWaitMs: number
  /**
   * What lies before this moment counts for no timer: the engine was not there (stopped, asleep), or the clock was another
   * one. Absent: everything counts.
   */
  countFromMs?: number
}

/** No two looks at one clock differ by more. */
const AHEAD_MS = 5_000

/** How long something lasts already, as far as the engine was there to see it. */
export function elapsedMs(since: string, nowMs: number, policy: Pick<LifePolicy, 'countFromMs'>): number {
  const sinceMs = Date.parse(since)
  const fromMs = policy.countFromMs ?? sinceMs
  // A moment that lies well ahead was written before the clock went back.
  return nowMs - (sinceMs > nowMs + AHEAD_MS ? fromMs : Math.min(nowMs, Math.max(sinceMs, fromMs)))
}

export const DEFAULT_LIFE_POLICY: LifePolicy = {
  appearMs: 90_000,
  missingMs: 60_000,
  goneMs: 300_000,
  launchTimeoutMs: 2_400_000,
  sshWaitMs: 180_000,
}

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

function withFacts(server: Server, instance: InstanceView): Server {
  const host = instance.publicIp ?? instance.privateIp
  const port = instance.sshPort ?? server.sshPort
  // A name that we gave it is not the cloud's to tell.
  const hostname = server.prepared.includes('hostname') ? server.hostname : instance.hostname
  const sameSsh =
    server.ssh?.host === host && server.ssh?.port === port && server.ssh?.user === server.sshUser
  if (
    server.instanceState === instance.state &&
    server.zone === instance.zone &&
    server.cloudImageId === instance.imageId &&
    server.instanceType === instance.instanceType &&
    server.platform === instance.platform &&
    server.rootDevice === instance.rootDevice &&
    server.publicIp === instance.publicIp &&
    server.privateIp === instance.privateIp &&
    server.hostname === hostname &&
    server.keyName === instance.keyName &&
    (sameSsh || host === null) &&
    server.securityGroupIds.join() === instance.securityGroupIds.join()
  ) {
    return server
  }
  return {
    ...server,
    instanceState: instance.state,
    zone: instance.zone,
    cloudImageId: instance.imageId,
    instanceType: instance.instanceType,
    platform: instance.platform,
    rootDevice: instance.rootDevice,
    publicIp: instance.publicIp,
    privateIp: instance.privateIp,
    hostname,
    keyName: instance.keyName,
    securityGroupIds: instance.securityGroupIds,
    ssh: host
      ? { host, port, user: server.sshUser, hostKeyFingerprint: server.ssh?.hostKeyFingerprint ?? null }
      : null,
  }
}

/** What the cloud says of the server's instance moves the server on (reference 4.3 and 5.2). */
export function seen(server: Server, instance: InstanceView, nowMs: number): LifeStep {
  const events: LifeEvent[] = []
  let next = withFacts(server, instance)
  if (next.absentSince !== null) next = { ...next, absentSince: null }
  if (next.cloudServerId === null) {
    const step = launched(next, instance, nowMs)
    next = step.server
    events.push(...step.events)
  }
  if (next.status === 'missing') {
    next = enter(next, next.heldFrom ?? statusOfState(instance.state), nowMs)
    events.push(told('ServerFound', `The cloud lists ${serverName(server)} again`, 'cloud'))
  }
  if (server.status === 'running' && server.publicIp !== instance.publicIp && server.publicIp !== null) {
    const words = `${server.publicIp} is now ${instance.publicIp ?? 'no public address'}`
    events.push(told('IPAddressChanged', `The address of ${serverName(server)} changed: ${words}`, 'cloud'))
  }
  const moved = follow(next, instance, nowMs)
  return { server: moved.server, events: [...events, ...moved.events] }
}

function statusOfState(state: InstanceState): ServerStatus {
  switch (state) {
    case 'pending':
      return 'pending'
    case 'running':
      return 'initializing'
    case 'stopping':
      return 'pending-suspend'
    case 'stopped':
      return 'suspended'
    case 'shutting-down':
    case 'terminated':
      return 'pending-terminate'
  }
}

/** One transition of the table: the server's status and the instance's state give the next status and what is told. */
function follow(server: Server, instance: InstanceView, nowMs: number): LifeStep {
  const name = serverName(server)
  const why = instance.stateReason
  switch (instance.state) {
    case 'terminated':
      return gone(server, nowMs, why)
    case 'shutting-down':
      if (server.status === 'pending-terminate' || server.status === 'terminated')
        return { server, events: [] }
      return {
        server: enter(server, 'pending-terminate', nowMs, {
          terminateReason: server.terminateReason ?? 'crashed',
        }),
        events: [told('BeforeHostTerminate', `The cloud is terminating ${name}`, 'cloud', why)],
      }
    case 'stopping':
    case 'stopped':
      return stopped(server, instance, nowMs)
    case 'pending':
      return { server, events: [] }
    case 'running':
      return running(server, nowMs)
  }
}

function stopped(server: Server, instance: InstanceView, nowMs: number): LifeStep {
  const name = serverName(server)
  switch (server.status) {
    case 'running':
    case 'initializing':
    case 'pending':
      if (server.restart !== null) return { server: { ...server, restart: 'start' }, events: [] }
      if (instance.state === 'stopping') {
        return {
          server: enter(server, 'pending-suspend', nowMs, { rebooting: false }),
          events: [
            told('BeforeHostTerminate', `${name} is being stopped (Suspend)`, 'cloud', instance.stateReason),
          ],
        }
      }
      return {
        server: enter(server, 'suspended', nowMs, { rebooting: false }),
        events: [
          told('HostDown', `${name} was stopped in the cloud (Suspend)`, 'cloud', instance.stateReason),
        ],
      }
    case 'pending-suspend':
      if (instance.state === 'stopping') return { server, events: [] }
      return {
        server: enter(server, 'suspended', nowMs),
        events: [told('HostDown', `${name} is suspended (Suspend)`, 'system')],
      }
    case 'pending-launch':
    case 'suspended':
    case 'resuming':
    case 'pending-terminate':
    case 'terminated':
    case 'missing':
    case 'troubleshooting':
      return { server, events: [] }
  }
}

function running(server: Server, nowMs: number): LifeStep {
  const name = serverName(server)
  switch (server.status) {
    case 'pending':
      return {
        server: enter(server, 'initializing', nowMs),
        events: [told('HostInit', `${name} runs in the cloud; waiting for SSH`, 'cloud')],
      }
    case 'suspended':
      return {
        server: enter(server, 'resuming', nowMs, { waitingFor: 'SSH' }),
        events: [],
      }
    case 'resuming':
      return { server: server.waitingFor === 'SSH' ? server : { ...server, waitingFor: 'SSH' }, events: [] }
    case 'initializing':
    case 'running':
      return { server: server.restart === 'start' ? { ...server, restart: null } : server, events: [] }
    case 'pending-launch':
    case 'pending-suspend':
    case 'pending-terminate':
    case 'terminated':
    case 'missing':
    case 'troubleshooting':
      return { server, events: [] }
  }
}

/** The instance is gone for good: every live status ends as Terminated. */
export function gone(server: Server, nowMs: number, cloudReason: string | null): LifeStep {
  if (server.status === 'terminated') return { server, events: [] }
  const asked = server.status === 'pending-terminate'
  const reason = server.terminateReason ?? 'crashed'
  return {
    server: enter(server, 'terminated', nowMs, {
      instanceState: server.cloudServerId === null ? null : 'terminated',
      terminateReason: reason,
      terminatedAt: iso(nowMs),
      absentSince: null,
      rebooting: false,
      ssh: null,
      publicIp: null,
    }),
    events: [
      told(
        'HostDown',
        `${serverName(server)} is gone`,
        asked ? 'system' : 'cloud',
        cloudReason && !asked
          ? `${cloudReason} (code ${TERMINATE_REASON_CODES[reason]})`
          : terminateReasonText(reason),
      ),
    ],
  }
}

/** The cloud's whole list was read and the instance is not in it. One absence proves nothing (eventual consistency). */
export function absent(server: Server, nowMs: number, policy: LifePolicy): LifeStep {
  if (server.status === 'terminated' || server.cloudServerId === null) return { server, events: [] }
  const launchedForMs = server.launchedAt === null ? 0 : elapsedMs(server.launchedAt, nowMs, policy)
  if (launchedForMs < policy.appearMs && server.status !== 'pending-terminate') return { server, events: [] }
  if (server.absentSince === null) return { server: { ...server, absentSince: iso(nowMs) }, events: [] }
  const absentMs = elapsedMs(server.absentSince, nowMs, policy)
  if (server.status === 'pending-terminate') {
    return absentMs >= policy.missingMs ? gone(server, nowMs, null) : { server, events: [] }
  }
  if (absentMs >= policy.missingMs + policy.goneMs) return gone(server, nowMs, 'the cloud no longer lists it')
  if (absentMs >= policy.missingMs && server.status !== 'missing') {
    return {
      server: enter(server, 'missing', nowMs, {
        heldFrom: server.status,
        waitingFor: 'the cloud to list it again',
        rebooting: false,
      }),
      events: [told('ServerMissing', `The cloud no longer lists ${serverName(server)}`, 'cloud')],
    }
  }
  return { server, events: [] }
}

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

/** Time alone: a server that does not come up within the launch timeout is given up. */
export function timePassed(server: Server, nowMs: number, policy: LifePolicy): LifeStep {
  const waits = server.status === 'pending' || server.status === 'initializing'
  if (!waits || server.launchedAt === null || server.lock || server.initFailedAt !== null)
    return { server, events: [] }
  const waitedMs = elapsedMs(server.launchedAt, nowMs, policy)
  if (waitedMs < policy.launchTimeoutMs) return { server, events: [] }
  return askTerminate(server, 'launch-timeout', 'system', nowMs)
}

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
export function askSuspend(server: Server, firedBy: LifeEvent['firedBy'], nowMs: number): LifeStep {
  if (server.status !== 'running') return { server, events: [] }
  return {
    server: enter(server, 'pending-suspend', nowMs, { rebooting: false }),
    events: [told('BeforeHostTerminate', `${serverName(server)} will be suspended (Suspend)`, firedBy)],
  }
}

/** A resume was asked for. */
export function askResume(server: Server, nowMs: number): LifeStep {
  if (server.status !== 'suspended') return { server, events: [] }
  return { server: enter(server, 'resuming', nowMs), events: [] }
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
      restart: mode === 'hard' ? 'stop' : null,
      waitingFor: 'the reboot',
    },
    events: [told('RebootBegin', `${serverName(server)} reboots`, firedBy, mode === 'hard' ? 'hard' : null)],
  }
}

/** The host key that is trusted from now on, shown with the server's address. */
export function withHostKey(server: Server, fingerprint: string): LifeStep {
  if (!server.ssh || server.ssh.hostKeyFingerprint === fingerprint) return { server, events: [] }
  return { server: { ...server, ssh: { ...server.ssh, hostKeyFingerprint: fingerprint } }, events: [] }
}
