import type { Server } from '../../../../shared/model/servers.ts'
import { cloudCallFor } from '../../../../shared/logic/servers/server-cloud-calls.ts'
import type { CloudProvider } from '../../clouds/index.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { Clock } from '../../ports.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import {
  callInstances,
  type InstanceCall,
  type LaunchBreaker,
  type ServerLauncher,
} from '../servers/index.ts'
import type { FarmProblems } from './farm-problems.ts'

interface ServerCallsOptions {
  farms: FarmStore
  servers: ServerStore
  launcher: Pick<ServerLauncher, 'launch'>
  breaker: LaunchBreaker
  problems: FarmProblems
  clock: Clock
}

/** Does to the clouds what the servers' statuses ask for. */
export class ServerCalls {
  readonly #options: ServerCallsOptions

  constructor(options: ServerCallsOptions) {
    this.#options = options
  }

  /** Makes the calls that are due in one location; `own` are its servers that the cloud was just asked about. */
  async make(
    cloudId: string,
    location: string,
    provider: CloudProvider,
    own: readonly Server[],
  ): Promise<void> {
    const { servers, problems, clock } = this.#options
    const asked = new Map<InstanceCall, Server[]>()
    const launches = new Map<string, Server[]>()
    for (const before of [...own, ...this.#created(cloudId, location, own)]) {
      const server = servers.find(before.id)
      const call = server ? cloudCallFor(server, clock.now()) : null
      if (!server || call === null) continue
      if (call === 'launch')
        launches.set(server.farmRoleId, [...(launches.get(server.farmRoleId) ?? []), server])
      else asked.set(call, [...(asked.get(call) ?? []), server])
    }
    const calls = [
      ...[...asked].map(([call, list]) => callInstances(this.#options, location, call, list, provider)),
      ...[...launches].map(([farmRoleId, list]) => this.#launch(farmRoleId, list, provider)),
    ]
    for (const outcome of await Promise.allSettled(calls)) {
      if (outcome.status === 'rejected') await problems.callFailed(cloudId, location, outcome.reason)
    }
  }

  #created(cloudId: string, location: string, own: readonly Server[]): Server[] {
    const known = new Set<string>(own.map((server) => server.id))
    return [...this.#options.servers.all()].filter(
      (server) =>
        server.status === 'pending-launch' &&
        server.cloudId === cloudId &&
        server.location === location &&
        !known.has(server.id),
    )
  }

  async #launch(farmRoleId: string, list: readonly Server[], provider: CloudProvider): Promise<void> {
    const [first] = list
    if (!first) return
    const farm = this.#options.farms.find(first.farmId)
    const role = farm?.roles.find(({ id }) => id === farmRoleId)
    if (farm?.state.status !== 'running' || !role || this.#options.breaker.isOpen(farm, role.id)) return
    await this.#options.launcher.launch(farm, role, list, provider)
  }
}
