import { Buffer } from 'node:buffer'
import { constants } from 'node:os'
import { AppError } from '../../shared/model/errors.ts'
import type { Server } from '../../shared/model/servers.ts'
import type { Client } from './connect.ts'
import type { Context } from './context.ts'
import { ExitStatus } from './failure.ts'
import { readAll, write } from './io.ts'

/**
 * Runs the words after `--` on a server: its output is ours, its exit status too (128 and the signal's number when a signal
 * ended it). With `--json` the output is collected into the document.
 */
export async function runOnServer(
  context: Context,
  client: Client,
  server: Server,
  options: { stdin?: boolean; timeoutMs?: number },
): Promise<never> {
  const { io, tail } = context
  const stdin = options.stdin === true ? { stdinBase64: (await readAll(io.stdin)).toString('base64') } : {}
  const timeout = options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }
  const messages = await client.servers.exec(
    { serverId: server.id, argv: [...tail], ...stdin, ...timeout },
    { signal: io.signal },
  )
  const collected = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
  for await (const message of messages) {
    if (message.kind === 'exit') {
      const { code, signal } = message
      if (context.isJson()) {
        const [stdout, stderr] = [collected.stdout, collected.stderr].map((all) =>
          Buffer.concat(all).toString('utf8'),
        )
        await context.print({ code, signal, stdout, stderr }, '')
      }
      throw new ExitStatus(code ?? statusOfSignal(signal))
    }
    const bytes = Buffer.from(message.base64, 'base64')
    if (context.isJson()) collected[message.kind].push(bytes)
    else await write(io[message.kind], bytes)
  }
  throw new AppError('ssh.closed', {
    message: 'The connection ended before the command did.',
    retryable: true,
  })
}

/** What a shell reports for a program that a signal ended; 255, as ssh does, where the signal is unknown. */
export function statusOfSignal(signal: string | null): number {
  if (signal === null) return 255
  const name = signal.startsWith('SIG') ? signal : `SIG${signal}`
  const number: number | undefined = Object.entries(constants.signals).find(([known]) => known === name)?.[1]
  return number === undefined ? 255 : 128 + number
}
