import type { Server } from '../../model/servers.ts'
import { type LifeStep, serverName } from './server-steps.ts'

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
