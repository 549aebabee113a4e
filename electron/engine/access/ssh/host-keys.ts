import type { NewEvent } from '../../../../shared/model/events.ts'
import type { Buffer } from 'node:buffer'
import { AppError } from '../../../../shared/model/errors.ts'
import type { HostKey } from '../../../../shared/model/ssh-keys.ts'
import { parseConsoleHostKeys } from '../../../../shared/logic/keys/console-host-keys.ts'
import { withHostKey } from '../../../../shared/logic/servers/server-contact.ts'
import type { Clock, Log } from '../../ports.ts'
import type { Events } from '../../records/events/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import { blobAlgorithm, md5Fingerprint, readPublicKeyLine, sha256Fingerprint } from './fingerprints.ts'
import { targetName } from './ssh-target.ts'
import type { SshTarget } from './ssh-target.ts'

/** Where pins are kept, by server id. */
interface HostKeyStore {
  get(serverId: string): Promise<HostKey | undefined>
  put(hostKey: HostKey, events?: readonly NewEvent[]): Promise<void>
}

/** What a person is asked when a server shows another host key than expected. */
export interface HostKeyQuestion {
  serverId: string
  title: string
  message: string
  expectedFingerprint: string
  actualFingerprint: string
}

/** Asks a person and waits as long as it takes. */
type AskPerson = (question: HostKeyQuestion) => Promise<'accept' | 'refuse'>

/** How a shown key stands: `trusted` is pinned already, `new` may be pinned once the server proved that it owns it. */
export type HostKeyVerdict = { kind: 'trusted' } | { kind: 'new'; hostKey: HostKey }

export interface HostKeysOptions {
  store: HostKeyStore
  clock: Clock
  log: Log
  askPerson: AskPerson
  events: Pick<Events, 'told'>
  servers: Pick<ServerStore, 'find' | 'apply'>
}

/** Trust on first use: keeps one pinned host key a server and lets a person decide about a change. */
export class HostKeys {
  readonly #options: HostKeysOptions
  /** Questions that wait for a person, by server and shown fingerprint. */
  readonly #asked = new Map<string, Promise<void>>()

  constructor(options: HostKeysOptions) {
    this.#options = options
  }

  /** The pinned key of a server. */
  async pinned(serverId: string): Promise<HostKey | undefined> {
    return this.#options.store.get(serverId)
  }

  /**
   * Judges the key that a server showed. Throws `ssh.host_key_changed` when another one is pinned, and
   * `ssh.host_key_refused` when the cloud told other fingerprints; both ask a person in the background, whose "accept"
   * pins the key for the next connection.
   */
  async judge(target: SshTarget, blob: Buffer): Promise<HostKeyVerdict> {
    const pinned = await this.#options.store.get(target.key)
    const actual = sha256Fingerprint(blob)
    if (pinned?.fingerprint === actual) return { kind: 'trusted' }
    const known = target.knownFingerprints ?? []
    const told = known.includes(actual) || known.includes(md5Fingerprint(blob))
    const hostKey: HostKey = {
      serverId: target.key,
      host: target.host,
      port: target.port,
      keyType: blobAlgorithm(blob),
      fingerprint: actual,
      trustedBy: told ? 'console' : 'first-use',
      at: this.#now(),
    }
    if (pinned === undefined && (told || known.length === 0)) return { kind: 'new', hostKey }
    const failure = hostKeyFailure(target, pinned, known, actual)
    this.#ask(target, hostKey, pinned, failure)
    throw failure
  }

  /** Pins a key that the server has proved to own. A pin that was made meanwhile stays. */
  async trust(target: SshTarget, hostKey: HostKey): Promise<void> {
    if ((await this.#options.store.get(target.key)) !== undefined) return
    await this.#pin(target, hostKey, undefined)
  }

  #ask(target: SshTarget, hostKey: HostKey, pinned: HostKey | undefined, failure: AppError): void {
    const question = `${target.key} ${hostKey.fingerprint}`
    if (this.#asked.has(question)) return
    const asked = this.#decide(target, hostKey, pinned, failure)
      .catch((thrown: unknown) => {
        this.#options.log.warn(
          { serverId: target.key, reason: String(thrown) },
          'A question about a host key ended without an answer.',
        )
      })
      .finally(() => this.#asked.delete(question))
    this.#asked.set(question, asked)
  }

  async #decide(
    target: SshTarget,
    hostKey: HostKey,
    pinned: HostKey | undefined,
    failure: AppError,
  ): Promise<void> {
    const answer = await this.#options.askPerson({
      serverId: target.key,
      title: `${target.label} shows another host key`,
      message: failure.message,
      expectedFingerprint: failure.details.expectedFingerprint ?? '',
      actualFingerprint: hostKey.fingerprint,
    })
    if (answer === 'refuse') return
    // Asked about one pin, answered for that pin only: another one made meanwhile is left alone.
    const current = await this.#options.store.get(target.key)
    if (current?.fingerprint !== pinned?.fingerprint) return
    const accepted: HostKey = { ...hostKey, trustedBy: 'person', at: this.#now() }
    await this.#pin(target, accepted, pinned)
  }

  /** Pins a key and tells of it in one transaction; the server shows it from then on. */
  async #pin(target: SshTarget, hostKey: HostKey, replaced: HostKey | undefined): Promise<void> {
    const { store, events, servers } = this.#options
    const { serverId, fingerprint, keyType, trustedBy } = hostKey
    const server = servers.find(serverId)
    const message = replaced
      ? `The new host key of ${target.label} was accepted: ${fingerprint}`
      : `The host key of ${target.label} is ${fingerprint} from now on`
    const event = events.told(replaced ? 'HostKeyChanged' : 'HostKeyPinned', message, {
      serverId,
      farmId: server?.farmId ?? null,
      farmRoleId: server?.farmRoleId ?? null,
      reason: `trusted by ${trustedBy}`,
      firedBy: trustedBy === 'person' ? 'person' : 'system',
      data: {
        ...(server && { farm: server.farm, alias: server.alias, index: server.index }),
        ...{ fingerprint, keyType, replaced: replaced?.fingerprint ?? null },
      },
    })
    await store.put(hostKey, [event])
    if (server) await servers.apply(serverId, (now) => withHostKey(now, fingerprint))
  }

  #now(): string {
    return new Date(this.#options.clock.now()).toISOString()
  }
}

/** The fingerprints that a console output tells: `SHA256:…`, or `MD5:…` from old images. */
export function consoleFingerprints(consoleText: string): string[] {
  const told = parseConsoleHostKeys(consoleText).map((entry) =>
    entry.kind === 'fingerprint' ? entry.fingerprint : publicKeyFingerprint(entry.publicKey),
  )
  return [...new Set(told.filter((fingerprint) => fingerprint !== undefined))]
}

/** Undefined for a line that the console mangled. */
function publicKeyFingerprint(publicKey: string): string | undefined {
  try {
    return sha256Fingerprint(readPublicKeyLine(publicKey).getPublicSSH())
  } catch {
    return undefined
  }
}

function hostKeyFailure(
  target: SshTarget,
  pinned: HostKey | undefined,
  known: readonly string[],
  actualFingerprint: string,
): AppError {
  if (pinned !== undefined) {
    return new AppError('ssh.host_key_changed', {
      message:
        `The host key of ${targetName(target)} has changed: pinned is ${pinned.fingerprint}, ` +
        `the server shows ${actualFingerprint}. Accept the new key only if you know why it changed.`,
      details: { expectedFingerprint: pinned.fingerprint, actualFingerprint },
    })
  }
  const expectedFingerprint = known.join(', ')
  return new AppError('ssh.host_key_refused', {
    message:
      `The host key of ${targetName(target)} is not the one on its console: the console says ` +
      `${expectedFingerprint}, the server shows ${actualFingerprint}. Somebody may be in between.`,
    details: { expectedFingerprint, actualFingerprint },
  })
}
