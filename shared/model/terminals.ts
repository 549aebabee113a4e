import { z } from 'zod'
import { ErrorInfo } from './errors.ts'
import { ServerId, TerminalId, Timestamp } from './ids.ts'

export const TerminalTarget = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('server'), serverId: ServerId }),
  z.strictObject({ kind: z.literal('local') }),
])
export type TerminalTarget = z.infer<typeof TerminalTarget>

export const TerminalSize = z.strictObject({
  cols: z.number().int().min(2).max(1000),
  rows: z.number().int().min(1).max(1000),
})
export type TerminalSize = z.infer<typeof TerminalSize>

/** A terminal that the engine holds; clients attach to it and leave it. */
export const Terminal = z.object({
  id: TerminalId,
  target: TerminalTarget,
  title: z.string(),
  state: z.enum(['connecting', 'open', 'closed', 'failed']),
  size: TerminalSize,
  /** How it ended: exit code or signal, null while open or unknown. */
  exit: z.object({ code: z.number().nullable(), signal: z.string().nullable() }).nullable(),
  error: ErrorInfo.nullable(),
  openedAt: Timestamp,
})
export type Terminal = z.infer<typeof Terminal>

/** Output of a terminal: `text` stands at `offset` (UTF-16 code units since the terminal was opened). */
export const TerminalChunk = z.object({ offset: z.number().int(), text: z.string() })
export type TerminalChunk = z.infer<typeof TerminalChunk>
