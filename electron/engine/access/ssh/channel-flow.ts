import type { Client, ClientChannel } from 'ssh2'

/**
 * Lets the server send more only while neither stream of a channel is full. Both share one SSH window, and ssh2 opens it
 * again as soon as either is read: a held stdout would grow without bound while stderr goes on.
 */
export function boundChannel(channel: ClientChannel): void {
  const streams = [channel, channel.stderr]
  const openWindow = channel._read.bind(channel)
  const isFull = (): boolean =>
    streams.some((stream) => stream.readableLength >= stream.readableHighWaterMark)
  for (const stream of streams) {
    const push = stream.push.bind(stream)
    // ssh2 keeps the window shut after a push that answers false, until a read.
    stream.push = (chunk: unknown, encoding?: BufferEncoding) => push(chunk, encoding) && !isFull()
    // A stream asks for more before it has handed out what it holds.
    stream._read = () => {
      queueMicrotask(() => {
        if (!isFull()) openWindow(0)
      })
    }
  }
}

/** The window that ssh2 gives every channel. */
const givenWindowBytes = 2 * 1024 * 1024
/** What a shell may have under way: little enough that Ctrl-C is not stuck behind output that nobody reads any more. */
const shellWindowBytes = 256 * 1024

/** What ssh2 keeps to itself of a channel and of a client. */
interface ChannelInside {
  incoming: { window: number }
  outgoing: { id: number; state: string }
  _client: ClientInside
}
interface ClientInside {
  _protocol: {
    session(id: number, windowBytes: number, packetBytes: number): void
    channelWindowAdjust(id: number, moreBytes: number): void
  }
}

/** Runs `open`, which asks for a channel, so that the channel begins with the window of a shell. */
export function askWithShellWindow(client: Client, open: () => void): void {
  const { _protocol: protocol } = client as unknown as ClientInside
  const session = protocol.session.bind(protocol)
  protocol.session = (id, _windowBytes, packetBytes) => {
    session(id, shellWindowBytes, packetBytes)
  }
  try {
    open()
  } finally {
    // The protocol's own, of its class, shows again.
    Reflect.deleteProperty(protocol, 'session')
  }
}

/**
 * Takes the window of such a channel over from ssh2, which would open it to its own size. Answers what to call after output
 * was read: it lets the server send as much again.
 */
export function keepShellWindow(channel: ClientChannel): () => void {
  const { incoming, outgoing, _client: client } = channel as unknown as ChannelInside
  incoming.window -= givenWindowBytes - shellWindowBytes
  for (const stream of [channel, channel.stderr]) {
    const push = stream.push.bind(stream)
    // After a push that answers false, ssh2 opens the window only at the next `_read`.
    stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
      push(chunk, encoding)
      return false
    }
    stream._read = () => undefined
  }
  return () => {
    const heldBytes = channel.readableLength + channel.stderr.readableLength
    const roomBytes = shellWindowBytes - incoming.window - heldBytes
    if (roomBytes < shellWindowBytes / 2 || outgoing.state !== 'open') return
    incoming.window += roomBytes
    client._protocol.channelWindowAdjust(outgoing.id, roomBytes)
  }
}
