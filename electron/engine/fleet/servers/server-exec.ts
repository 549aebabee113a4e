import { Buffer } from 'node:buffer'
import type { ExecMessage } from '../../../../shared/contract/servers.contract.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { AppError } from '../../../../shared/model/errors.ts'
import type { Clock } from '../../ports.ts'
import { runCommand, type SshConnections, type SshTargets } from '../../access/ssh/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import { allowed } from './server-controls.ts'

interface ServerExecOptions {
  servers: ServerStore
  connections: SshConnections
  targets: SshTargets
  clock: Clock
}

/** What is run, and what it reads. */
interface ExecRequest {
  argv: string[]
  stdinBase64?: string | undefined
  timeoutMs?: number | undefined
}

/** Runs programs on servers, as a person asks for it. */
export class ServerExec {
  readonly #options: ServerExecOptions

  constructor(options: ServerExecOptions) {
    this.#options = options
  }

  /** Throws as connecting does, and `server.wrong_status` for a server that cannot be connected to. */
  exec(
    input: ExecRequest & { serverId: string },
    options: { signal: AbortSignal },
  ): AsyncIterable<ExecMessage> {
    return execOnServer(
      this.#options,
      allowed(this.#options.servers, input.serverId, 'connect'),
      input,
      options,
    )
  }
}

/**
 * Runs a program on a server over the shared connection and yields what it writes, in order. The program is held back while
 * the reader is busy; a reader that leaves ends it.
 */
async function* execOnServer(
  parts: ServerExecOptions,
  server: Server,
  request: ExecRequest,
  options: { signal: AbortSignal },
): AsyncGenerator<ExecMessage> {
  const left = new AbortController()
  const signal = AbortSignal.any([left.signal, options.signal])
  const [program = '', ...args] = request.argv
  const lease = await parts.connections.acquire(await parts.targets.of(server), { signal })
  const queue: { message: ExecMessage; taken: () => void }[] = []
  let wake: () => void = () => undefined
  const offer = (message: ExecMessage): Promise<void> =>
    new Promise((taken) => {
      queue.push({ message, taken })
      wake()
    })
  let isOver = false
  const ended = runCommand(lease.connection, {
    run: { argv: [program, ...args] },
    ...(request.stdinBase64 === undefined ? {} : { stdin: Buffer.from(request.stdinBase64, 'base64') }),
    ...(request.timeoutMs === undefined ? {} : { timeoutMs: request.timeoutMs }),
    signal,
    clock: parts.clock,
    onStdout: (chunk) => offer({ kind: 'stdout', base64: chunk.toString('base64') }),
    onStderr: (chunk) => offer({ kind: 'stderr', base64: chunk.toString('base64') }),
  }).finally(() => {
    isOver = true
    wake()
  })
  ended.catch(() => undefined)
  try {
    for (;;) {
      const next = queue.shift()
      if (next) {
        yield next.message
        next.taken()
      } else if (isOver) {
        break
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve
          if (queue.length > 0 || isOver) resolve()
        })
      }
    }
    const end = await ended
    switch (end.kind) {
      case 'exited':
        yield { kind: 'exit', code: end.exitCode, signal: null }
        return
      case 'signalled':
        yield { kind: 'exit', code: null, signal: end.signal }
        return
      case 'timed-out':
        throw new AppError('ssh.closed', {
          message: `The command did not end within ${request.timeoutMs ?? 0} ms and was stopped.`,
        })
    }
  } finally {
    left.abort()
    for (const { taken } of queue) taken()
    lease.release()
  }
}
