import { watch } from 'vue'
import type { TerminalId } from '../../shared/model/ids.ts'
import { AppError } from '../../shared/model/errors.ts'
import type { Connection } from '../client/index.ts'
import type { OutputCursor } from './output-cursor.ts'

/** What a watcher of a terminal's output does with it. */
export interface TerminalFeedOptions {
  connection: Connection
  terminalId: TerminalId
  /** Where to begin (0 replays all that is still kept); it moves with what was received. */
  cursor: OutputCursor
  /** Resolves when the text is in the buffer. */
  write: (text: string) => Promise<void>
}

/**
 * Follows a terminal's output over reconnections of the window, and acknowledges what was shown, so that a fast program
 * waits for a slow screen. Ends when `signal` aborts or the terminal is gone.
 */
export async function followOutput(options: TerminalFeedOptions, signal: AbortSignal): Promise<void> {
  const { connection, terminalId, cursor, write } = options
  const { client } = connection
  const watcher = crypto.randomUUID()

  while (!signal.aborted) {
    const connectedAs = connection.epoch.value
    try {
      const stream = await client.terminals.output(
        { terminalId, watcher, fromOffset: cursor.offset },
        { signal },
      )
      for await (const chunk of stream) {
        const text = cursor.take(chunk)
        const shownUpTo = cursor.offset
        // Not awaited: xterm buffers a frame's worth, and the acknowledgement limits how much can be under way.
        void write(text).then(() => {
          const offset = cursor.shown(shownUpTo)
          if (offset !== null && !signal.aborted) {
            client.terminals.ack({ terminalId, watcher, offset }).catch(() => undefined)
          }
        })
      }
      if (connection.state.value === 'online' && connection.epoch.value === connectedAs) return
    } catch (thrown) {
      if (signal.aborted) return
      if (thrown instanceof AppError && thrown.code === 'terminal.gone') return
      if (thrown instanceof AppError && thrown.code === 'input.not_found') return
    }
    await nextConnection(connection, connectedAs, signal)
  }
}

function nextConnection(connection: Connection, connectedAs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const isThere = (): boolean =>
      connection.epoch.value !== connectedAs && connection.state.value === 'online'
    if (signal.aborted || isThere()) {
      resolve()
      return
    }
    const stop = watch([connection.epoch, connection.state], () => {
      if (isThere()) done()
    })
    signal.addEventListener('abort', done, { once: true })
    function done(): void {
      stop()
      resolve()
    }
  })
}
