import { AppError } from '../../../../shared/model/errors.ts'
import { Secret } from '../../../../shared/model/secret.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import type { Delivery } from '../../records/events/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import { readKeyPair } from '../ssh/index.ts'

interface KeyVault {
  put(id: string, value: Secret): Promise<void>
  get(id: string): Promise<Secret | undefined>
  remove(id: string): Promise<void>
}

/** The keys that were given for imported servers, one a server, in the vault only. */
export class ServerKeys {
  readonly #vault: KeyVault

  constructor(vault: KeyVault) {
    this.#vault = vault
  }

  /** Why a text is no private key that can log in, or null. Its own words are dropped: they may quote the key. */
  faultOf(text: string): string | null {
    try {
      readKeyPair(new Secret(text))
      return null
    } catch {
      return 'This is no private key that can be read: paste an OpenSSH or PEM key without a passphrase.'
    }
  }

  async keep(serverId: string, text: string): Promise<void> {
    await this.#vault.put(vaultId(serverId), new Secret(text))
  }

  /** Throws `server.no_key` or `vault.damaged`. */
  async of(server: Server): Promise<Secret> {
    if (server.access === 'none') {
      throw new AppError('server.no_key', {
        message: `${serverName(server)} was imported without a key. Give the key that logs in to it.`,
      })
    }
    const key = await this.#vault.get(vaultId(server.id))
    if (key) return key
    throw new AppError('vault.damaged', {
      message: `The key of ${serverName(server)} is not in the vault (any more). Give it again.`,
    })
  }

  /** Keys of servers that are gone are of no use to anybody. */
  async forgetGone(deliveries: readonly Delivery[], servers: Pick<ServerStore, 'lookUp'>): Promise<void> {
    for (const { event } of deliveries) {
      const server = event.serverId === null ? undefined : await servers.lookUp(event.serverId)
      if (server?.status === 'terminated' && server.access === 'own-key') await this.forget(server.id)
    }
  }

  async forget(serverId: string): Promise<void> {
    await this.#vault.remove(vaultId(serverId))
  }
}

function vaultId(serverId: string): string {
  return `server-key.${serverId}`
}
