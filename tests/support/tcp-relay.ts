import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'

/** A loopback port that passes everything on to another, counts connections and cuts them on demand. */
export interface TcpRelay {
  port: number
  /** Connections accepted so far. */
  accepted(): number
  /** Connections open now. */
  open(): number
  /** Passes nothing on any more, as a server that hangs or a network that drops everything. */
  freeze(): void
  /** Cuts what is open, without a goodbye. */
  cut(): void
  stop(): Promise<void>
}

export interface TcpRelayOptions {
  host?: string
  port: number
  /** Cuts each connection once this many bytes came back from the server. */
  cutAfterBytes?: number
  /** Passes what the server sends in one piece once it was quiet for so long, as a client reads it that was busy meanwhile. */
  gatherMs?: number
}

/** Starts a relay and resolves when it listens. */
export async function startTcpRelay(options: TcpRelayOptions): Promise<TcpRelay> {
  const pairs = new Set<[Socket, Socket]>()
  let accepted = 0
  const server = createServer((incoming) => {
    accepted += 1
    const outgoing = connect({ host: options.host ?? '127.0.0.1', port: options.port, noDelay: true })
    incoming.setNoDelay(true)
    const pair: [Socket, Socket] = [incoming, outgoing]
    pairs.add(pair)
    let passed = 0
    outgoing.on('data', (bytes: Buffer) => {
      passed += bytes.length
      if (options.cutAfterBytes !== undefined && passed > options.cutAfterBytes) {
        incoming.resetAndDestroy()
        outgoing.destroy()
      }
    })
    for (const socket of pair) {
      socket.on('error', () => undefined)
      socket.on('close', () => {
        pairs.delete(pair)
        incoming.destroy()
        outgoing.destroy()
      })
    }
    incoming.pipe(outgoing)
    if (options.gatherMs === undefined) outgoing.pipe(incoming)
    else passGathered(outgoing, incoming, options.gatherMs)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The relay has no port.')
  const cut = (): void => {
    for (const [incoming, outgoing] of pairs) {
      incoming.resetAndDestroy()
      outgoing.resetAndDestroy()
    }
  }
  return {
    port: address.port,
    accepted: () => accepted,
    open: () => pairs.size,
    freeze() {
      for (const [incoming, outgoing] of pairs) {
        incoming.unpipe(outgoing)
        outgoing.unpipe(incoming)
      }
    },
    cut,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      cut()
      await closed
    },
  }
}

function passGathered(from: Socket, to: Socket, quietMs: number): void {
  let gathered: Buffer[] = []
  let timer: NodeJS.Timeout | undefined
  from.on('data', (bytes: Buffer) => {
    gathered.push(bytes)
    clearTimeout(timer)
    timer = setTimeout(() => {
      to.write(Buffer.concat(gathered))
      gathered = []
    }, quietMs)
  })
  from.once('close', () => {
    clearTimeout(timer)
  })
}
