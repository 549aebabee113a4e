import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { TerminalId } from '../model/ids.ts'
import { Terminal, TerminalChunk, TerminalSize, TerminalTarget } from '../model/terminals.ts'
import { method } from './method.ts'

const byId = z.strictObject({ terminalId: TerminalId })

export const terminals = {
  list: method.route({ method: 'GET', path: '/terminals' }).output(z.array(Terminal)),
  /** Answers at once in state `connecting`; how it goes on comes by the change feed and in the output. */
  open: method
    .route({ method: 'POST', path: '/terminals' })
    .input(z.strictObject({ target: TerminalTarget, size: TerminalSize }))
    .output(Terminal),
  write: method
    .route({ method: 'POST', path: '/terminals/{terminalId}/write' })
    .input(z.strictObject({ terminalId: TerminalId, text: z.string().max(1_000_000) }))
    .output(z.void()),
  resize: method
    .route({ method: 'POST', path: '/terminals/{terminalId}/resize' })
    .input(z.strictObject({ terminalId: TerminalId, size: TerminalSize }))
    .output(z.void()),
  /**
   * Output from `fromOffset` on (0: all that is still kept), until the client leaves. `watcher` names this view for `ack`.
   * The stream goes on over a `reconnect`.
   */
  output: method
    .route({ method: 'POST', path: '/terminals/{terminalId}/output' })
    .input(
      z.strictObject({
        terminalId: TerminalId,
        watcher: z.string().min(1).max(64),
        fromOffset: z.number().int().min(0).default(0),
      }),
    )
    .output(eventIterator(TerminalChunk)),
  /** Flow control: this watcher has shown everything before `offset`. */
  ack: method
    .route({ method: 'POST', path: '/terminals/{terminalId}/ack' })
    .input(z.strictObject({ terminalId: TerminalId, watcher: z.string(), offset: z.number().int().min(0) }))
    .output(z.void()),
  reconnect: method
    .route({ method: 'POST', path: '/terminals/{terminalId}/reconnect' })
    .input(byId)
    .output(Terminal),
  close: method.route({ method: 'DELETE', path: '/terminals/{terminalId}' }).input(byId).output(z.void()),
}
