import { AppError } from '../../../../shared/model/errors.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import type { SshKey } from '../../../../shared/model/ssh-keys.ts'
import type { Secret } from '../../../../shared/model/secret.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import type { CloudProvider } from '../../clouds/index.ts'
import { consoleFingerprints } from './host-keys.ts'
import type { SshTarget } from './ssh-target.ts'

interface SshTargetsOptions {
  /** The key that opens the server now. */
  findKey: (server: Server) => SshKey | undefined
  privateKey: (key: SshKey) => Promise<Secret>
  /** The key that was given for an imported server. */
  ownKey: (server: Server) => Promise<Secret>
  isPinned: (serverId: string) => Promise<boolean>
  provider: (cloudId: string) => Promise<CloudProvider>
}

/** How long a first connection waits for the console output that tells the server's host keys. */
const CONSOLE_WAIT_MS = 2_500

/** Where a server is, as whom to log in, with which key, and which host keys its console told. */
export class SshTargets {
  readonly #options: SshTargetsOptions

  constructor(options: SshTargetsOptions) {
    this.#options = options
  }

  /** Throws `server.no_address`, `server.no_key`, `input.not_found` (no key) or `vault.damaged`. */
  async of(server: Server): Promise<SshTarget> {
    if (server.access !== undefined && server.access !== 'farm-key') {
      return this.#with(server, await this.#options.ownKey(server))
    }
    const key = this.#options.findKey(server)
    if (!key && server.ssh) {
      throw new AppError('input.not_found', {
        message: `There is no SSH key of ${server.farm} in ${server.location}, so ${serverName(server)} cannot be reached.`,
      })
    }
    return this.withKey(server, key)
  }

  /** The same with a key that is named. Throws `server.no_address` or `vault.damaged`. */
  async withKey(server: Server, key: SshKey | undefined): Promise<SshTarget> {
    return this.#with(server, key && (await this.#options.privateKey(key)))
  }

  async #with(server: Server, privateKey: Secret | undefined): Promise<SshTarget> {
    if (!server.ssh || !privateKey) {
      throw new AppError('server.no_address', {
        message: `${serverName(server)} has no address yet, or no longer. It is ${server.status}.`,
      })
    }
    const isPinned = await this.#options.isPinned(server.id)
    return {
      key: server.id,
      label: serverName(server),
      host: server.ssh.host,
      port: server.ssh.port,
      user: server.ssh.user,
      privateKey,
      ...(isPinned ? {} : { knownFingerprints: await this.#told(server) }),
    }
  }

  /** What the console tells of host keys; nothing when it cannot be had quickly, then the first key seen is pinned. */
  async #told(server: Server): Promise<string[]> {
    const { cloudServerId } = server
    if (cloudServerId === null) return []
    try {
      const provider = await this.#options.provider(server.cloudId)
      const signal = AbortSignal.timeout(CONSOLE_WAIT_MS)
      return consoleFingerprints(
        (await provider.instances.consoleOutput(server.location, cloudServerId, { signal })).text,
      )
    } catch {
      return []
    }
  }
}
