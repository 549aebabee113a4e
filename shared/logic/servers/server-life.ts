import type { InstanceState, Server, ServerStatus } from '../../model/servers.ts'
import { elapsedMs, type LifePolicy } from './life-policy.ts'
import { type InstanceView, withFacts } from './server-facts.ts'
import { launched } from './server-launches.ts'
import { TERMINATE_REASON_CODES, terminateReasonText } from './server-reasons.ts'
import { enter, iso, type LifeEvent, type LifeStep, serverName, told } from './server-steps.ts'

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
  // An instance on its way down lets go of its address, which is no change of one.
  if (server.status === 'running' && instance.state === 'running' && server.publicIp !== instance.publicIp) {
    const words = `${server.publicIp ?? 'no public address'} is now ${instance.publicIp ?? 'no public address'}`
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
          server: enter(server, 'pending-suspend', nowMs, { rebooting: false, error: null }),
          events: [
            told('BeforeHostTerminate', `${name} is being stopped (Suspend)`, 'cloud', instance.stateReason),
          ],
        }
      }
      return {
        server: enter(server, 'suspended', nowMs, { rebooting: false, error: null }),
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
        server: enter(server, 'resuming', nowMs, { waitingFor: 'SSH', error: null, reserve: false }),
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
