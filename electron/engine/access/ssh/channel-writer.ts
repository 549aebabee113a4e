import type { ClientChannel } from 'ssh2'

/**
 * Writes and waits until the channel has room for more. Resolves too when the channel closes or the signal aborts, as
 * ssh2 then never calls back: what a closed channel was still owed is of no use.
 */
export async function writeAll(
  channel: ClientChannel,
  data: string | Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted || !channel.writable || channel.write(data)) return
  await new Promise<void>((resolve) => {
    const done = (): void => {
      channel.off('drain', done)
      channel.off('close', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    channel.once('drain', done)
    channel.once('close', done)
    signal.addEventListener('abort', done)
  })
}
