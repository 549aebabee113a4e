import pLimit from 'p-limit'
import { toAppError, AppError } from '../../../../shared/model/errors.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import type { SshKey } from '../../../../shared/model/ssh-keys.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import { keyOfServer } from '../../../../shared/logic/keys/ssh-keys.ts'
import type { Clock } from '../../ports.ts'
import type { FarmKeys } from './farm-keys.ts'
import type { Clouds } from '../../clouds/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { SshConnection, SshConnections, SshTargets } from '../ssh/index.ts'
import { addAuthorizedKey, removeAuthorizedKey } from './authorized-keys.ts'

interface KeyRotationOptions {
  keys: FarmKeys
  connections: SshConnections
  targets: SshTargets
  servers: ServerStore
  clouds: Clouds
  clock: Clock
}

type Report = (done: number, total: number, step: string) => void

const AT_ONCE = 8

/**
 * Puts a new pair in the place of an old one. On each server the new line is added with the old key, a new login proves that
 * it works, and only then the old line is taken out. How far each server is stands in the ledger before the step that makes
 * the old key useless, so that after a crash at any point the recorded key opens the server.
 */
export class KeyRotation {
  readonly #options: KeyRotationOptions

  constructor(options: KeyRotationOptions) {
    this.#options = options
  }

  /**
   * Begins, or goes on with what an earlier try left. Throws `ssh.unreachable` naming the servers that stay on the old key;
   * the old pair is removed when none is left.
   */
  async run(keyId: string, report: Report, signal: AbortSignal): Promise<void> {
    const { keys, clouds } = this.#options
    const provider = await clouds.provider(keys.get(keyId).cloudId)
    report(0, 0, 'Making the new pair')
    const next = await keys.beginReplacement(keyId, provider)
    const failures = await this.#changeAll(keyId, next, report, signal)
    // What was launched with the old pair in the meantime has its turn too.
    if (failures.length === 0) failures.push(...(await this.#changeAll(keyId, next, report, signal)))
    await keys.noteReplacement(keyId, (replacement) => ({ ...replacement, failures }))
    if (failures.length === 0) {
      await keys.finishReplacement(keyId, provider)
      return
    }
    const [first] = failures
    throw new AppError('ssh.unreachable', {
      message: `${failures.length} server${failures.length === 1 ? ' stays' : 's stay'} on the old key until you try again. ${first?.name ?? ''}: ${first?.message ?? ''}`,
      retryable: true,
    })
  }

  /** Servers that the old key still opens, or on which its line may still be. */
  left(keyId: string): Server[] {
    const { keys, servers } = this.#options
    const old = keys.get(keyId)
    return [...servers.all()].filter((server) => {
      if (server.status === 'terminated' || server.status === 'pending-terminate') return false
      if (server.cloudServerId === null && server.launch === null) return false
      return (
        old.replacement?.servers[server.id] === 'added' ||
        keyOfServer(keys.list(), server)?.id === (keyId as SshKey['id'])
      )
    })
  }

  async #changeAll(
    keyId: string,
    next: SshKey,
    report: Report,
    signal: AbortSignal,
  ): Promise<NonNullable<SshKey['replacement']>['failures']> {
    const left = this.left(keyId)
    const failures: NonNullable<SshKey['replacement']>['failures'] = []
    let done = 0
    await pLimit(AT_ONCE).map(left, async (server) => {
      signal.throwIfAborted()
      report(done, left.length, `Giving ${serverName(server)} the new key`)
      try {
        await this.#change(server, keyId, next, signal)
      } catch (thrown) {
        signal.throwIfAborted()
        failures.push({ serverId: server.id, name: serverName(server), message: toAppError(thrown).message })
      }
      done += 1
      report(done, left.length, `${done} of ${left.length} servers`)
    })
    return failures
  }

  async #change(server: Server, keyId: string, next: SshKey, signal: AbortSignal): Promise<void> {
    const { keys, clock } = this.#options
    if (server.platform === 'windows') {
      throw new AppError('server.wrong_status', {
        message: 'Windows keeps the pair that it was launched with; its password is encrypted for it.',
      })
    }
    const old = keys.get(keyId)
    if (old.replacement?.servers[server.id] === undefined) {
      await this.#with(server, old, signal, (connection) =>
        addAuthorizedKey(connection, next.publicKey, { clock, signal }),
      )
      await this.#with(server, next, signal, async () => undefined)
      await this.#note(keyId, server, 'added')
    }
    await this.#with(server, next, signal, (connection) =>
      removeAuthorizedKey(connection, old.publicKey, { clock, signal }),
    )
    await this.#note(keyId, server, 'done')
  }

  /** A connection of its own: a shared one may have been opened with another key. */
  async #with(
    server: Server,
    key: SshKey,
    signal: AbortSignal,
    work: (connection: SshConnection) => Promise<void>,
  ): Promise<void> {
    const { connections, targets } = this.#options
    await connections.useFresh(await targets.withKey(server, key), work, { signal })
  }

  #note(keyId: string, server: Server, state: 'added' | 'done'): Promise<void> {
    return this.#options.keys.noteReplacement(keyId, (replacement) => ({
      ...replacement,
      servers: { ...replacement.servers, [server.id]: state },
      failures: replacement.failures.filter(({ serverId }) => serverId !== server.id),
    }))
  }
}
