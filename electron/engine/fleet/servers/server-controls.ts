import { AppError, toAppError } from '../../../../shared/model/errors.ts'
import type { CloudProperties } from '../../../../shared/model/server-properties.ts'
import type { Server, ServerAction } from '../../../../shared/model/servers.ts'
import { protectionIs } from '../../../../shared/logic/servers/server-ends.ts'
import { askRelease, askTroubleshoot, typeChanged } from '../../../../shared/logic/servers/server-holds.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import { refusalOf } from '../../../../shared/logic/servers/server-actions.ts'
import type { FarmKeys } from '../../access/keys/index.ts'
import { decryptWindowsPassword } from '../../access/ssh/index.ts'
import type { CloudCalls, InstanceSettingsPort } from '../../clouds/index.ts'
import type { Clock } from '../../ports.ts'
import type { Bell } from '../../records/bell/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'

interface ServerControlsOptions {
  servers: ServerStore
  clouds: CloudCalls
  keys: Pick<FarmKeys, 'launchKey'>
  bell: Bell
  clock: Clock
}

/** EC2 names the first account of Windows so in every language of its images. */
const WINDOWS_USER = 'Administrator'

/** Throws the refusal as an error: `server.locked`, `server.wrong_status`, `server.protected` or `server.no_address`. */
export function allowed(servers: ServerStore, serverId: string, action: ServerAction): Server {
  const server = servers.get(serverId)
  const refusal = refusalOf(server, action)
  if (refusal === null) return server
  throw new AppError(refusal.code, { message: `${serverName(server)}: ${refusal.sentence}` })
}

/** What a person reads of and changes on one server besides its power. */
export class ServerControls {
  readonly #options: ServerControlsOptions

  constructor(options: ServerControlsOptions) {
    this.#options = options
  }

  /** Everything that the cloud tells now. What it tells of the termination protection is kept with the server. */
  async cloudProperties({ serverId }: { serverId: string }): Promise<CloudProperties> {
    const server = allowed(this.#options.servers, serverId, 'properties')
    const properties = await this.#settings(server, (settings, id) => settings.get(server.location, id))
    await this.#options.servers.apply(server.id, (now) =>
      protectionIs(now, properties.isTerminationProtected, 'cloud'),
    )
    return properties
  }

  async changeType({ serverId, instanceType }: { serverId: string; instanceType: string }): Promise<Server> {
    const server = allowed(this.#options.servers, serverId, 'change-type')
    await this.#settings(server, (settings, id) => settings.setType(server.location, id, instanceType))
    return this.#options.servers.apply(server.id, (now) => typeChanged(now, instanceType))
  }

  async setTerminationProtection(input: { serverId: string; isOn: boolean }): Promise<Server> {
    const { servers, bell } = this.#options
    const server = allowed(servers, input.serverId, input.isOn ? 'protect' : 'unprotect')
    await this.#settings(server, (settings, id) =>
      settings.setTerminationProtection(server.location, id, input.isOn),
    )
    const after = await servers.apply(server.id, (now) => protectionIs(now, input.isOn))
    bell.ring()
    return after
  }

  /** Null while the cloud has none yet. It is in the answer and nowhere else; that it was shown is told. */
  async password({ serverId }: { serverId: string }): Promise<{ user: string; password: string | null }> {
    const { servers, keys } = this.#options
    const server = allowed(servers, serverId, 'password')
    const encrypted = await this.#settings(server, (settings, id) =>
      settings.encryptedPassword(server.location, id),
    )
    if (encrypted === null) return { user: WINDOWS_USER, password: null }
    const password = decryptWindowsPassword(encrypted, await keys.launchKey(server))
    await servers.apply(server.id, (now) => ({
      server: now,
      events: [
        {
          kind: 'PasswordShown',
          message: `The administrator password of ${serverName(now)} was shown`,
          reason: null,
          firedBy: 'person',
        },
      ],
    }))
    return { user: WINDOWS_USER, password: password.reveal() }
  }

  async troubleshoot({ serverId }: { serverId: string }): Promise<Server> {
    const { servers, clock, bell } = this.#options
    const server = allowed(servers, serverId, 'troubleshoot')
    const after = await servers.apply(server.id, (now) => askTroubleshoot(now, clock.now()))
    bell.ring()
    return after
  }

  async release({ serverId }: { serverId: string }): Promise<Server> {
    const { servers, clock, bell } = this.#options
    const server = allowed(servers, serverId, 'release')
    const after = await servers.apply(server.id, (now) => askRelease(now, clock.now()))
    bell.ring()
    return after
  }

  async #settings<T>(
    server: Server,
    call: (settings: InstanceSettingsPort, id: string) => Promise<T>,
  ): Promise<T> {
    const { cloudServerId } = server
    if (cloudServerId === null) {
      throw new AppError('server.wrong_status', {
        message: `${serverName(server)}: the cloud has not made it yet.`,
      })
    }
    try {
      return await this.#options.clouds.watch(server.cloudId, server.location, (provider) =>
        call(provider.instanceSettings, cloudServerId),
      )
    } catch (thrown) {
      const error = toAppError(thrown)
      throw new AppError(error.code, {
        message: `${serverName(server)}: ${error.message}`,
        details: error.details,
        retryable: error.retryable,
        cause: error,
      })
    }
  }
}
