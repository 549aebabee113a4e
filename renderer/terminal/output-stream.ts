import type { Terminal as Screen } from '@xterm/xterm'
import type { Client } from '../client/index.ts'
import type { Terminal } from '../../shared/model/terminals.ts'

/** The engine pauses its source when a view is far behind, so what was shown is told in steps of this many characters. */
const ACK_EVERY = 65_536

/**
 * Writes a terminal's output into a screen until `signal` aborts, and goes on from where it was after the connection was
 * lost. Text is acknowledged when the screen has taken it in, so that a fast program waits for a slow screen.
 */
export async function showOutput(parts: {
  client: Client
  terminalId: Terminal['id']
  screen: Screen
  signal: AbortSignal
  /** Resolves when it is worth asking again after a failure. */
  online: () => Promise<void>
}): Promise<void> {
  const { client, terminalId, screen, signal } = parts
  const watcher = crypto.randomUUID()
  let shown = 0
  let acknowledged = 0
  const acknowledge = (): void => {
    if (shown - acknowledged < ACK_EVERY) return
    acknowledged = shown
    client.terminals.ack({ terminalId, watcher, offset: shown }).catch(() => undefined)
  }
  let received = 0
  while (!signal.aborted) {
    try {
      const input = { terminalId, watcher, fromOffset: received }
      const chunks = await client.terminals.output(input, { signal })
      for await (const { offset, text } of chunks) {
        const known = Math.max(0, received - offset)
        if (known >= text.length) continue
        received = offset + text.length
        const end = received
        screen.write(known > 0 ? text.slice(known) : text, () => {
          shown = end
          acknowledge()
        })
      }
      return
    } catch {
      if (signal.aborted) return
      await parts.online()
    }
  }
}
