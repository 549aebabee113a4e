import { AppError } from '../../../../shared/model/errors.ts'
import type { Server, ServerStatus } from '../../../../shared/model/servers.ts'
import type { HostKey } from '../../../../shared/model/ssh-keys.ts'
import type { HostKeys } from '../../access/ssh/index.ts'
import type { CloudCalls } from '../../clouds/index.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import { allowed } from './server-controls.ts'

interface ServerLooksOptions {
  servers: ServerStore
  farms: FarmStore
  clouds: CloudCalls
  hostKeys: HostKeys
}

export interface ServerFilter {
  /** Name or id. */
  farm?: string | undefined
  role?: string | undefined
  status?: ServerStatus | undefined
  includeTerminated?: boolean | undefined
}

/** The servers as they are looked at; nothing is changed. */
export class ServerLooks {
  readonly #options: ServerLooksOptions

  constructor(options: ServerLooksOptions) {
    this.#options = options
  }

  async list(filter: ServerFilter = {}): Promise<Server[]> {
    const { servers } = this.#options
    const farm = filter.farm === undefined ? undefined : this.#farm(filter.farm)
    const terminatedToo = filter.includeTerminated === true || filter.status === 'terminated'
    return [...(farm ? servers.ofFarm(farm.id) : servers.all())]
      .filter((server) => terminatedToo || server.status !== 'terminated')
      .filter((server) => filter.role === undefined || server.alias === filter.role)
      .filter((server) => filter.status === undefined || server.status === filter.status)
      .sort((a, b) => a.farm.localeCompare(b.farm) || a.alias.localeCompare(b.alias) || a.index - b.index)
  }

  async get({ serverId }: { serverId: string }): Promise<Server> {
    return (await this.#options.servers.lookUp(serverId)) ?? this.#options.servers.get(serverId)
  }

  async console(
    { serverId }: { serverId: string },
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<{ text: string; at: string | null }> {
    const server = allowed(this.#options.servers, serverId, 'console')
    const { cloudServerId } = server
    if (cloudServerId === null) return { text: '', at: null }
    return this.#options.clouds.watch(server.cloudId, server.location, (provider) =>
      provider.instances.consoleOutput(
        server.location,
        cloudServerId,
        options.signal ? { signal: options.signal } : {},
      ),
    )
  }

  async hostKey({ serverId }: { serverId: string }): Promise<HostKey | null> {
    return (await this.#options.hostKeys.pinned(serverId)) ?? null
  }

  #farm(wanted: string): { id: string } {
    const farm = this.#options.farms.list().find(({ id, name }) => id === wanted || name === wanted)
    if (farm) return farm
    throw new AppError('input.not_found', { message: `There is no farm “${wanted}”.` })
  }
}
