import type { Buffer } from 'node:buffer'
import { connect as connectSocket } from 'node:net'
import type { Socket } from 'node:net'
import ssh2 from 'ssh2'
import type { Client, ClientChannel, PseudoTtyOptions, PublicKeyAuthMethod } from 'ssh2'
import { toAppError } from '../../../../shared/model/errors.ts'
import type { AppError } from '../../../../shared/model/errors.ts'
import type { HostKey } from '../../../../shared/model/ssh-keys.ts'
import type { Clock } from '../../ports.ts'
import { modernAlgorithms } from './algorithms.ts'
import { askWithShellWindow, boundChannel } from './channel-flow.ts'
import { channelRefused, connectFailure, connectTimeout, connectionLost } from './failures.ts'
import { gatherWrites } from './gathered-writes.ts'
import type { HostKeys } from './host-keys.ts'
import { loginKey } from './login-key.ts'
import type { SshTarget } from './ssh-target.ts'

/** How long a server may take to answer a goodbye. */
const goodbyeMs = 2_000

export interface ConnectOptions {
  hostKeys: HostKeys
  clock: Clock
  /** For TCP, handshake and login together. */
  timeoutMs: number
  keepaliveMs: number
  signal: AbortSignal
}

/** One logged-in SSH connection. It never reconnects by itself; `ended` tells its end once. */
export class SshConnection {
  readonly target: SshTarget
  /** Resolves when the connection is over: undefined when we closed it, else why it was lost. */
  readonly ended: Promise<AppError | undefined>
  readonly #client: Client
  readonly #socket: Socket
  readonly #clock: Clock
  #failure: AppError | undefined
  #isOpen = true
  #isClosing = false

  constructor(target: SshTarget, client: Client, socket: Socket, clock: Clock) {
    this.target = target
    this.#client = client
    this.#socket = socket
    this.#clock = clock
    this.ended = new Promise((resolve) => {
      client.on('error', (thrown: unknown) => {
        this.#isOpen = false
        this.#failure ??= connectionLost(target, thrown)
      })
      client.once('close', () => {
        this.#isOpen = false
        resolve(this.#isClosing ? undefined : (this.#failure ??= connectionLost(target)))
      })
    })
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Why the connection was lost, once it was. */
  get failure(): AppError | undefined {
    return this.#failure
  }

  /** Starts `commandLine` with the server's login shell. Throws `ssh.closed`. */
  async openExec(commandLine: string, pty?: PseudoTtyOptions): Promise<ClientChannel> {
    return this.#open('a command', (done) => {
      this.#client.exec(commandLine, pty === undefined ? {} : { pty }, (failure, channel) => {
        if (failure === undefined) boundChannel(channel)
        done(failure, channel)
      })
    })
  }

  /** Starts the login shell on a terminal, with the window of a shell. Throws `ssh.closed`. */
  async openShell(pty: PseudoTtyOptions): Promise<ClientChannel> {
    return this.#open('a shell', (done) => {
      askWithShellWindow(this.#client, () => {
        this.#client.shell(pty, done)
      })
    })
  }

  /** Says goodbye, and drops the connection when the server does not hang up soon. */
  close(): void {
    if (this.#isClosing) return
    this.#isClosing = true
    this.#isOpen = false
    this.#client.end()
    const isOver = new AbortController()
    void this.ended.then(() => {
      isOver.abort()
    })
    this.#clock.sleep(goodbyeMs, isOver.signal).then(
      () => this.#socket.destroy(),
      () => undefined,
    )
  }

  /** Drops the connection without a word. */
  destroy(): void {
    this.#isClosing = true
    this.#isOpen = false
    this.#socket.destroy()
  }

  async #open(
    what: string,
    start: (done: (failure: Error | undefined, channel: ClientChannel) => void) => void,
  ): Promise<ClientChannel> {
    if (!this.#isOpen) throw this.#failure ?? connectionLost(this.target)
    return new Promise((resolve, reject) => {
      const refuse = (thrown: unknown): void => {
        reject(this.#isOpen ? channelRefused(this.target, what, thrown) : this.#lost(thrown))
      }
      try {
        start((failure, channel) => {
          if (failure instanceof Error) {
            refuse(failure)
            return
          }
          resolve(channel)
        })
      } catch (thrown) {
        refuse(thrown)
      }
    })
  }

  #lost(thrown: unknown): AppError {
    return this.#failure ?? connectionLost(this.target, thrown)
  }
}

/**
 * Connects and logs in. The host key is pinned only after the login, when the server has proved to own it. Throws
 * `ssh.unreachable`, `ssh.auth`, `ssh.host_key_changed`, `ssh.host_key_refused`, or the signal's reason.
 */
export async function connect(target: SshTarget, options: ConnectOptions): Promise<SshConnection> {
  options.signal.throwIfAborted()
  const { hostKeys, clock } = options
  const login: PublicKeyAuthMethod = { type: 'publickey', username: target.user, key: loginKey(target) }
  const pinned = await hostKeys.pinned(target.key)
  options.signal.throwIfAborted()
  const client = new ssh2.Client()
  const socket = connectSocket({ host: target.host, port: target.port, noDelay: true })
  gatherWrites(socket)
  const attempt = new AbortController()
  const whileTrying = AbortSignal.any([options.signal, attempt.signal])
  let firstKey: HostKey | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (thrown: unknown): void => {
        reject(connectFailure(target, thrown))
      }
      options.signal.addEventListener(
        'abort',
        () => {
          reject(toReason(options.signal))
        },
        { signal: attempt.signal },
      )
      clock.sleep(options.timeoutMs, whileTrying).then(
        () => {
          reject(connectTimeout(target, options.timeoutMs))
        },
        () => undefined,
      )
      client.on('error', fail)
      client.once('close', () => {
        fail(new Error('the connection was closed'))
      })
      client.once('ready', resolve)
      client.connect({
        sock: socket,
        username: target.user,
        authHandler: [login],
        algorithms: modernAlgorithms(pinned?.keyType),
        readyTimeout: 0,
        keepaliveInterval: options.keepaliveMs,
        keepaliveCountMax: 3,
        hostVerifier: (blob: Buffer, verify: (isTrusted: boolean) => void) => {
          hostKeys.judge(target, blob).then(
            (verdict) => {
              if (verdict.kind === 'new') firstKey = verdict.hostKey
              verify(true)
            },
            (thrown: unknown) => {
              fail(thrown)
              verify(false)
            },
          )
        },
      })
    })
    const connection = new SshConnection(target, client, socket, clock)
    if (firstKey !== undefined) await hostKeys.trust(target, firstKey)
    return connection
  } catch (thrown) {
    // Late errors of the dying socket have nobody left to tell.
    client.on('error', () => undefined)
    socket.destroy()
    throw thrown
  } finally {
    attempt.abort()
  }
}

function toReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason
  return reason instanceof Error ? reason : toAppError(reason)
}
