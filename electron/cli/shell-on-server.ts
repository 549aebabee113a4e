import { randomUUID } from 'node:crypto'
import { StringDecoder } from 'node:string_decoder'
import { AppError } from '../../shared/model/errors.ts'
import type { Server } from '../../shared/model/servers.ts'
import type { Terminal, TerminalSize } from '../../shared/model/terminals.ts'
import type { Client } from './connect.ts'
import type { Context } from './context.ts'
import { EscapeKeys } from './escape-keys.ts'
import { ExitStatus } from './failure.ts'
import { write, type Io } from './io.ts'

/**
 * A terminal on a server until its shell ends, with the shell's exit status: keys go there as they are typed, the size follows
 * the window, `~.` leaves. Without a terminal of our own, stdin is typed in and followed by the end-of-file key.
 */
export async function openShellOnServer(context: Context, client: Client, server: Server): Promise<never> {
  const { io } = context
  const left = new AbortController()
  const signal = AbortSignal.any([left.signal, io.signal])
  const terminal = await client.terminals.open({
    target: { kind: 'server', serverId: server.id },
    size: sizeOf(io),
  })
  const terminalId = terminal.id
  const restore = enterRawMode(io)
  const onResize = () => {
    client.terminals.resize({ terminalId, size: sizeOf(io) }).catch(() => undefined)
  }
  io.stdout.on('resize', onResize)
  try {
    const output = showOutput(context, client, terminalId, signal)
    const typing = forwardKeys(io, client, terminalId, signal)
    const ended = untilEnded(client, terminalId, signal)
    const outcome = await Promise.race([ended, typing.then(() => 'left' as const), output.then(() => ended)])
    if (outcome === 'left') {
      await context.note('\r\nLeft the terminal.\r')
      throw new ExitStatus(0)
    }
    if (outcome.error !== null) throw AppError.from(outcome.error)
    throw new ExitStatus(outcome.exit?.code ?? 255)
  } finally {
    left.abort()
    io.stdout.off('resize', onResize)
    restore()
    await client.terminals.close({ terminalId }).catch(() => undefined)
  }
}

async function showOutput(
  { io }: Context,
  client: Client,
  terminalId: Terminal['id'],
  signal: AbortSignal,
): Promise<void> {
  const watcher = randomUUID()
  const chunks = await client.terminals.output({ terminalId, watcher }, { signal })
  for await (const { offset, text } of chunks) {
    await write(io.stdout, text)
    await client.terminals.ack({ terminalId, watcher, offset: offset + text.length })
  }
}

/** Resolves when the person leaves by `~.`; never when stdin ends, as the shell then says when it is done. */
function forwardKeys(io: Io, client: Client, terminalId: Terminal['id'], signal: AbortSignal): Promise<void> {
  const decoder = new StringDecoder('utf8')
  const keys = new EscapeKeys()
  const isPerson = io.stdin.isTTY === true
  return new Promise((resolve, reject) => {
    let queue = Promise.resolve()
    const type = (text: string) => {
      if (text === '') return
      queue = queue.then(() => client.terminals.write({ terminalId, text })).catch(reject)
    }
    const onData = (bytes: Buffer) => {
      const { text, leave } = isPerson
        ? keys.take(decoder.write(bytes))
        : { text: decoder.write(bytes), leave: false }
      type(text)
      if (leave) resolve()
    }
    const onEnd = () => {
      type('\u0004')
    }
    io.stdin.on('data', onData)
    io.stdin.on('end', onEnd)
    signal.addEventListener(
      'abort',
      () => {
        io.stdin.off('data', onData)
        io.stdin.off('end', onEnd)
        io.stdin.pause()
      },
      { once: true },
    )
  })
}

/** Waits for the terminal to be closed or to fail; the feed collects changes longer than output, so output comes first. */
async function untilEnded(
  client: Client,
  terminalId: Terminal['id'],
  signal: AbortSignal,
): Promise<Terminal> {
  const messages = await client.feed.subscribe({ topics: ['terminals'] }, { signal })
  for await (const message of messages) {
    const entities = (message.kind === 'snapshot' ? message.entities : message.put) as Terminal[]
    const terminal = entities.find(({ id }) => id === terminalId)
    if (terminal?.state === 'closed' || terminal?.state === 'failed') return terminal
    if (message.kind === 'patch' && message.drop.includes(terminalId)) break
  }
  throw new AppError('terminal.gone', { message: 'The terminal was closed from elsewhere.' })
}

function enterRawMode({ stdin }: Io): () => void {
  if (stdin.isTTY !== true || stdin.setRawMode === undefined) return () => undefined
  stdin.setRawMode(true)
  return () => stdin.setRawMode?.(false)
}

function sizeOf({ stdout }: Io): TerminalSize {
  const clamp = (value: number | undefined, least: number, otherwise: number) =>
    Math.min(1000, Math.max(least, value ?? otherwise))
  return { cols: clamp(stdout.columns, 2, 80), rows: clamp(stdout.rows, 1, 24) }
}
