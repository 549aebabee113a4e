import type { ServerStore } from '../../records/servers/index.ts'
import type { FarmStore } from '../farms/index.ts'

/** Who uses a cloud, so that it is not removed under them. */
export class CloudUsers {
  readonly #farms: FarmStore
  readonly #servers: ServerStore

  constructor({ farms, servers }: { farms: FarmStore; servers: ServerStore }) {
    this.#farms = farms
    this.#servers = servers
  }

  /** The farms that are designed on it and the servers that live in it, in words for a person. */
  of(cloudId: string): string[] {
    const designed = this.#farms
      .list()
      .filter((farm) => farm.roles.some((role) => role.cloudId === cloudId))
      .map(({ name }) => `farm “${name}”`)
    const live = [...this.#servers.all()]
      .filter((server) => server.cloudId === cloudId && server.status !== 'terminated')
      .map(({ alias, index }) => `server ${alias} #${index}`)
    return [...designed, ...live]
  }
}
