import type { FarmRole } from '../../model/farm-roles.ts'
import type { Server } from '../../model/servers.ts'
import { type LifeStep, serverName } from './server-steps.ts'

/** Whether a server's design gives its index an Elastic IP. */
export function wantsAddress({ index }: Server, { network }: Pick<FarmRole, 'network'>): boolean {
  return network.elasticIps.enabled && index > 0
}

/**
 * Whether the address of its index leads to a server; nothing is asked for this. What was imported keeps its own addresses.
 */
export function hasItsAddress(server: Server, role: Pick<FarmRole, 'network'>): boolean {
  if (!wantsAddress(server, role) || server.launchReason === 'imported') return true
  const named = role.network.elasticIps.addresses[String(server.index)]
  if (named !== undefined && named !== server.elasticIp) return false
  return server.elasticIp !== null && server.publicIp === server.elasticIp
}

/** The Elastic IP leads to the server now: it is reached there from now on. */
export function ledToBy(server: Server, address: string): LifeStep {
  if (server.elasticIp === address && server.publicIp === address) return { server, events: [] }
  const before = server.publicIp
  return {
    server: {
      ...server,
      elasticIp: address,
      publicIp: address,
      ssh: server.ssh ? { ...server.ssh, host: address } : null,
    },
    events: [
      {
        kind: 'IPAddressChanged',
        message: `The address of ${serverName(server)} changed: ${before ?? 'no public address'} is now ${address}`,
        reason: 'the Elastic IP of its index',
        firedBy: 'system',
      },
    ],
  }
}

/** The Elastic IP leads to another server now. */
export function letGoOf(server: Server, address: string): LifeStep {
  if (server.elasticIp !== address) return { server, events: [] }
  return { server: { ...server, elasticIp: null }, events: [] }
}
