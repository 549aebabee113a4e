import type { Server } from '../../model/servers.ts'
import { enter, type LifeStep, serverName, told } from './server-steps.ts'

const CAN_BE_HELD: ReadonlySet<string> = new Set(['pending', 'initializing', 'running'])

/** A person holds it for debugging: from now on the engine neither counts nor touches it. */
export function askTroubleshoot(server: Server, nowMs: number): LifeStep {
  if (!CAN_BE_HELD.has(server.status)) return { server, events: [] }
  return {
    server: enter(server, 'troubleshooting', nowMs, {
      heldFrom: server.status,
      rebooting: false,
      waitingFor: null,
    }),
    events: [told('TroubleshootingBegan', `${serverName(server)} is held for troubleshooting`, 'person')],
  }
}

/** It is an ordinary server again, in the status that it had; what happened to its instance meanwhile is seen next. */
export function askRelease(server: Server, nowMs: number): LifeStep {
  if (server.status !== 'troubleshooting') return { server, events: [] }
  const status = server.heldFrom ?? (server.runningAt === null ? 'initializing' : 'running')
  return {
    server: enter(server, status, nowMs),
    events: [
      told('TroubleshootingEnded', `${serverName(server)} is no longer held for troubleshooting`, 'person'),
    ],
  }
}

/** The cloud has given it another instance type. */
export function typeChanged(server: Server, instanceType: string): LifeStep {
  if (server.instanceType === instanceType) return { server, events: [] }
  const message = `${serverName(server)} is ${instanceType} from now on; it was ${server.instanceType}`
  return { server: { ...server, instanceType }, events: [told('TypeChanged', message, 'person')] }
}
