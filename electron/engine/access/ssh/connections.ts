import { AppError, toAppError } from '../../../../shared/model/errors.ts'
import type { Clock, Log } from '../../ports.ts'
import { connect } from './connection.ts'
import type { SshConnection } from './connection.ts'
import { connectTimeout } from './failures.ts'
import type { HostKeys } from './host-keys.ts'
import type { SshTarget } from './ssh-target.ts'

/** OpenSSH's default MaxSessions is 10; each lease holds one channel, and two are spared for others. */
const leasesPerConnection = 8

export interface SshConnectionsOptions {
  hostKeys: HostKeys
  clock: Clock
  log: Log
  /** How long a connection without leases is kept. */
  idleMs?: number
  connectTimeoutMs?: number
  keepaliveMs?: number
  /** Between 0 and 1; spreads retries. */
  random?: () => number
}

/** The right to use a connection for one channel at a time; `release` gives it back, more than once does no harm. */
export interface SshLease extends Disposable {
  readonly connection: SshConnection
  release(): void
}

interface Entry {
  address: string
  connecting: Promise<SshConnection>
  connection: SshConnection | undefined
  /** Aborted when nobody waits for the handshake any more. */
  abandon: AbortController
  leases: number
  idle: AbortController | undefined
}

/** Shares SSH connections: one a server, and a further one for every eight users at a time. */
export class SshConnections {
  readonly #options: Required<SshConnectionsOptions>
  readonly #entries = new Map<string, Set<Entry>>()
  #isStopped = false

  constructor(options: SshConnectionsOptions) {
    this.#options = {
      idleMs: 60_000,
      connectTimeoutMs: 15_000,
      keepaliveMs: 15_000,
      random: Math.random,
      ...options,
    }
  }

  /**
   * Leases a connection, made when there is none; concurrent calls share the handshake. Throws `ssh.unreachable`,
   * `ssh.auth`, `ssh.host_key_changed`, `ssh.host_key_refused`, or the signal's reason.
   */
  async acquire(
    target: SshTarget,
    options: { signal?: AbortSignal; timeoutMs?: number } = {},
  ): Promise<SshLease> {
    options.signal?.throwIfAborted()
    if (this.#isStopped) {
      throw new AppError('ssh.closed', { message: 'Farmhand is closing and opens no more SSH connections.' })
    }
    const entry = this.#free(target) ?? this.#connect(target, options.timeoutMs)
    entry.leases += 1
    entry.idle?.abort()
    entry.idle = undefined
    try {
      const connection = await unlessAborted(entry.connecting, options.signal)
      return this.#lease(target, entry, connection)
    } catch (thrown) {
      this.#giveBack(target, entry)
      throw thrown
    }
  }

  /** Leases a connection for the time of `work`. */
  async use<T>(
    target: SshTarget,
    work: (connection: SshConnection) => Promise<T>,
    options: { signal?: AbortSignal } = {},
  ): Promise<T> {
    const lease = await this.acquire(target, options)
    try {
      return await work(lease.connection)
    } finally {
      lease.release()
    }
  }

  /** A connection that is shared with nobody and closed afterwards: for a login that must be tried as it is. */
  async useFresh<T>(
    target: SshTarget,
    work: (connection: SshConnection) => Promise<T>,
    options: { signal: AbortSignal },
  ): Promise<T> {
    if (this.#isStopped) {
      throw new AppError('ssh.closed', { message: 'Farmhand is closing and opens no more SSH connections.' })
    }
    const { hostKeys, clock, connectTimeoutMs, keepaliveMs } = this.#options
    const connection = await connect(target, {
      hostKeys,
      clock,
      keepaliveMs,
      timeoutMs: connectTimeoutMs,
      signal: options.signal,
    })
    try {
      return await work(connection)
    } finally {
      connection.close()
    }
  }

  /**
   * Tries until a login works, with growing and jittered pauses, for a server that boots. A key that is not known yet is
   * tried again too; a wrong host key is not. Throws the last failure when the time is over.
   */
  async waitUntilReachable(
    target: SshTarget,
    options: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<void> {
    const { clock, random, connectTimeoutMs } = this.#options
    const deadline = clock.monotonic() + options.timeoutMs
    let failure = connectTimeout(target, options.timeoutMs)
    for (let attempt = 0; ; attempt += 1) {
      const leftMs = deadline - clock.monotonic()
      if (leftMs <= 0) throw failure
      try {
        const timeoutMs = Math.min(leftMs, connectTimeoutMs)
        const lease = await this.acquire(target, { ...options, timeoutMs })
        lease.release()
        return
      } catch (thrown) {
        options.signal?.throwIfAborted()
        failure = toAppError(thrown)
        if (!failure.retryable && failure.code !== 'ssh.auth') throw failure
      }
      const pauseMs = Math.min(5_000, 400 * 1.5 ** attempt) * (0.5 + random())
      await clock.sleep(Math.min(pauseMs, Math.max(0, deadline - clock.monotonic())), options.signal)
    }
  }

  /** Closes what is open to a server, used or not; for a server that is gone. */
  drop(serverId: string): void {
    const entries = this.#entries.get(serverId) ?? new Set()
    this.#entries.delete(serverId)
    for (const entry of entries) end(entry)
  }

  /** Closes all connections and opens no more. */
  stop(): void {
    this.#isStopped = true
    for (const serverId of [...this.#entries.keys()]) this.drop(serverId)
  }

  #free(target: SshTarget): Entry | undefined {
    for (const entry of this.#entries.get(target.key) ?? []) {
      const isUsable = entry.connection?.isOpen ?? !entry.abandon.signal.aborted
      if (isUsable && entry.leases < leasesPerConnection && entry.address === addressOf(target)) return entry
    }
    return undefined
  }

  #connect(target: SshTarget, timeoutMs: number | undefined): Entry {
    const { hostKeys, clock, connectTimeoutMs, keepaliveMs } = this.#options
    const abandon = new AbortController()
    const entry: Entry = {
      address: addressOf(target),
      connecting: connect(target, {
        hostKeys,
        clock,
        keepaliveMs,
        timeoutMs: timeoutMs ?? connectTimeoutMs,
        signal: abandon.signal,
      }),
      connection: undefined,
      abandon,
      leases: 0,
      idle: undefined,
    }
    const entries = this.#entries.get(target.key) ?? new Set()
    this.#entries.set(target.key, entries.add(entry))
    entry.connecting.then(
      (connection) => {
        entry.connection = connection
        if (abandon.signal.aborted) connection.destroy()
        else this.#watch(target, entry, connection)
      },
      () => {
        this.#forget(target, entry)
      },
    )
    return entry
  }

  #watch(target: SshTarget, entry: Entry, connection: SshConnection): void {
    void connection.ended.then((failure) => {
      this.#forget(target, entry)
      if (failure !== undefined) {
        this.#options.log.info(
          { serverId: target.key, reason: failure.message },
          'An SSH connection was lost.',
        )
      }
    })
  }

  #lease(target: SshTarget, entry: Entry, connection: SshConnection): SshLease {
    let isHeld = true
    const release = (): void => {
      if (!isHeld) return
      isHeld = false
      this.#giveBack(target, entry)
    }
    return { connection, release, [Symbol.dispose]: release }
  }

  #giveBack(target: SshTarget, entry: Entry): void {
    entry.leases -= 1
    if (entry.leases > 0) return
    const { connection } = entry
    if (connection === undefined) {
      this.#forget(target, entry)
      end(entry)
      return
    }
    if (!connection.isOpen) return
    const idle = new AbortController()
    entry.idle = idle
    this.#options.clock.sleep(this.#options.idleMs, idle.signal).then(
      () => {
        this.#forget(target, entry)
        connection.close()
      },
      () => undefined,
    )
  }

  #forget(target: SshTarget, entry: Entry): void {
    entry.idle?.abort()
    const entries = this.#entries.get(target.key)
    entries?.delete(entry)
    if (entries?.size === 0) this.#entries.delete(target.key)
  }
}

function addressOf(target: SshTarget): string {
  return `${target.user}@${target.host}:${target.port}`
}

function end(entry: Entry): void {
  entry.idle?.abort()
  entry.abandon.abort(new AppError('ssh.closed', { message: 'The SSH connection was closed by Farmhand.' }))
  entry.connection?.close()
}

/** The promise's outcome, or the signal's reason if that comes first; the promise itself goes on. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  const done = new AbortController()
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener(
      'abort',
      () => {
        reject(signal.reason instanceof Error ? signal.reason : toAppError(signal.reason))
      },
      { signal: done.signal },
    )
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    done.abort()
  }
}
