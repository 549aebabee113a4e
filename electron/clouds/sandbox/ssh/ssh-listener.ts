import { createServer, type Server as TcpServer, type Socket } from 'node:net'
import ssh2 from 'ssh2'
import type { Server as SshServer } from 'ssh2'
import type { Clock, Log } from '../../../engine/ports.ts'
import { serveConnection } from './connection.ts'
import type { ShellPlace } from './shell-environment.ts'

interface SshListenerOptions {
  place: ShellPlace
  /** Private host key in OpenSSH's form. */
  hostKey: string
  clock: Clock
  log: Log
  /** Whether a new connection is to be left without an answer. */
  isHanging: () => boolean
  /** A command or a shell is about to start. */
  onProcess: () => void
}

/**
 * The SSH server of one instance. Idle it is a listening socket and nothing more: the SSH side is made with the first
 * connection.
 */
export class SshListener {
  readonly #options: SshListenerOptions
  readonly #sockets = new Set<Socket>()
  #tcp: TcpServer | undefined
  /** Further addresses that lead here. */
  readonly #others = new Map<string, TcpServer>()
  #ssh: SshServer | undefined
  #hostKey: string
  #closing = new AbortController()

  constructor(options: SshListenerOptions) {
    this.#options = options
    this.#hostKey = options.hostKey
  }

  /** Listens on the address, on another port when this one is taken; resolves with the port. */
  async open(address: string, port: number): Promise<number> {
    this.#closing = new AbortController()
    try {
      return await this.#listenFirst(address, port)
    } catch (thrown) {
      const isTaken = thrown instanceof Error && 'code' in thrown && thrown.code === 'EADDRINUSE'
      if (!isTaken || port === 0) throw thrown
      return await this.#listenFirst(address, 0)
    }
  }

  /** Answers at these addresses too, at the port of the first one, and no longer at others. */
  async answerAlsoAt(addresses: readonly string[]): Promise<void> {
    for (const [address, tcp] of this.#others) {
      if (addresses.includes(address)) continue
      this.#others.delete(address)
      tcp.close()
    }
    const bound = this.#tcp?.address()
    if (!bound || typeof bound === 'string') return
    for (const address of addresses) {
      if (this.#others.has(address)) continue
      this.#others.set(address, await this.#listen(address, bound.port))
    }
  }

  /** Ends all connections and their commands, and listens no more. */
  async close(): Promise<void> {
    const tcp = this.#tcp
    if (!tcp) return
    this.#tcp = undefined
    const all = [tcp, ...this.#others.values()]
    this.#others.clear()
    const closed = all.map((one) => new Promise((resolve) => one.close(resolve)))
    this.cut()
    await Promise.all(closed)
    this.#ssh = undefined
  }

  /** Ends all connections without a word. */
  cut(): void {
    this.#closing.abort()
    this.#closing = new AbortController()
    for (const socket of this.#sockets) socket.destroy()
  }

  /** New connections see this key. */
  changeHostKey(hostKey: string): void {
    this.#hostKey = hostKey
    this.#ssh = undefined
  }

  async #listenFirst(address: string, port: number): Promise<number> {
    const tcp = await this.#listen(address, port)
    this.#tcp = tcp
    const bound = tcp.address()
    if (bound === null || typeof bound === 'string') throw new Error('The SSH server has no port.')
    return bound.port
  }

  async #listen(address: string, port: number): Promise<TcpServer> {
    const tcp = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
      socket.on('error', () => {
        socket.destroy()
      })
      if (this.#options.isHanging()) return
      this.#sshServer().injectSocket(socket)
    })
    await new Promise<void>((resolve, reject) => {
      tcp.once('error', reject)
      tcp.listen({ host: address, port, exclusive: true }, () => {
        tcp.off('error', reject)
        resolve()
      })
    })
    return tcp
  }

  #sshServer(): SshServer {
    this.#ssh ??= new ssh2.Server({ hostKeys: [this.#hostKey], ident: 'FarmhandSandbox' }, (connection) => {
      const { place, clock, log, onProcess } = this.#options
      serveConnection(connection, {
        place,
        clock,
        log,
        onProcess,
        signal: this.#closing.signal,
      })
    })
    return this.#ssh
  }
}
