import type { FarmRole } from '../../model/farm-roles.ts'
import type { Server } from '../../model/servers.ts'
import { fillTemplate, templateFaults, templateValues } from '../variables/templates.ts'
import { prepared } from './server-provisioning.ts'
import { type LifeStep, serverName, told } from './server-steps.ts'

/** Whether a server's design gives it a host name; Windows is not renamed. */
export function wantsHostname({ platform }: Server, { network }: Pick<FarmRole, 'network'>): boolean {
  return network.hostname !== '' && platform === 'linux'
}

/**
 * Whether a server is called as its farm role's template says. What was imported keeps its name, what nobody can reach by SSH
 * has the cloud's, and a template that cannot be filled is told where it stands.
 */
export function hasItsHostname(server: Server, role: Pick<FarmRole, 'network'>): boolean {
  if (!wantsHostname(server, role)) return true
  if (server.launchReason === 'imported' || server.access === 'none') return true
  const { hostname } = role.network
  if (templateFaults(hostname, 'hostname').length > 0) return true
  return server.hostname === fillTemplate(hostname, 'hostname', templateValues(server))
}

/** The server is called so now. */
export function hostnameSet(server: Server, hostname: string): LifeStep {
  // Name and mark in one step: without the mark, the cloud's own name takes its place at the next look.
  const step = prepared({ ...server, hostname }, 'hostname')
  if (server.status !== 'running') return step
  return {
    server: { ...step.server, error: server.error },
    events: [
      told(
        'HostnameChanged',
        `${serverName(server)} is called ${hostname} now`,
        'system',
        'its farm role says so',
      ),
    ],
  }
}
