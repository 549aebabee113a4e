import type { Server } from '../../model/servers.ts'
import { sshUnreachable } from './server-contact.ts'
import { type LifeStep, serverName } from './server-steps.ts'

/** A server whose SSH does not come back after a reboot: the reboot counts as failed, which it says. */
export function rebootTimedOut(server: Server, seconds: number): LifeStep {
  if (!server.rebooting) return { server, events: [] }
  const { message } = sshUnreachable(server)
  const failure = `It did not come back within ${seconds} s after its reboot.`
  return {
    server: {
      ...server,
      rebooting: false,
      restart: null,
      waitingFor: null,
      error: { code: 'ssh.unreachable', message: `${failure} ${message}`, retryable: true, details: {} },
    },
    events: [
      {
        kind: 'RebootFailed',
        message: `${serverName(server)} did not come back from its reboot`,
        reason: failure,
        firedBy: 'system',
      },
    ],
  }
}
