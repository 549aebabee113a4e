import { AppError } from '../../../../shared/model/errors.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import type { ServerKeys } from '../../access/keys/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'

interface GivenKeysOptions {
  servers: ServerStore
  keys: ServerKeys
}

/** The keys that a person gives for imported servers. */
export class GivenKeys {
  readonly #options: GivenKeysOptions

  constructor(options: GivenKeysOptions) {
    this.#options = options
  }

  /** Throws `server.wrong_status` for a server that logs in with its farm's key. */
  async set(input: { serverId: string; privateKey: string; user: string; port: number }): Promise<Server> {
    const { servers, keys } = this.#options
    const server = servers.get(input.serverId)
    if (server.access === undefined || server.access === 'farm-key') {
      throw new AppError('server.wrong_status', {
        message: `${serverName(server)} was launched by Farmhand, with its farm’s key. It needs no other.`,
      })
    }
    const message = keys.faultOf(input.privateKey)
    if (message !== null) {
      throw new AppError('input.invalid', { message, details: { faults: [{ path: 'privateKey', message }] } })
    }
    await keys.keep(server.id, input.privateKey)
    return servers.apply(server.id, (now) => ({
      server: {
        ...now,
        access: 'own-key',
        sshUser: input.user,
        sshPort: input.port,
        ssh: now.ssh && { ...now.ssh, user: input.user, port: input.port },
      },
      events: [],
    }))
  }
}
