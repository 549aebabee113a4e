import type { ClientChannel } from 'ssh2'

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
