import { join } from 'node:path'
/**
 * A Sandbox as a process of its own: `node tests/support/sandbox-process.ts --dir D [--port N] [--boot-ms N] …`.
 * The first line that it prints is JSON (`SandboxProcessAddress`); it ends on SIGTERM or when its input ends.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { SandboxFault } from '../../electron/clouds/sandbox/faults/fault.ts'
import { Sandbox } from '../../electron/clouds/sandbox/index.ts'
import { realClock } from './clocks.ts'
import { silentLog } from './logs.ts'

const InstanceAction = z.enum(['terminate', 'stop', 'reboot', 'change-host-key', 'cut-connections'])

const { values } = parseArgs({
  options: {
    dir: { type: 'string' },
    port: { type: 'string', default: '0' },
    'boot-ms': { type: 'string' },
    'stop-ms': { type: 'string' },
    'terminate-ms': { type: 'string' },
    'terminated-listed-ms': { type: 'string' },
    'invisible-ms': { type: 'string' },
    'image-ms': { type: 'string' },
    'id-seed': { type: 'string' },
  },
})

const Milliseconds = z.coerce.number().min(0).optional()

async function main(): Promise<void> {
  const bootMs = Milliseconds.parse(values['boot-ms'])
  const stopMs = Milliseconds.parse(values['stop-ms'])
  const terminateMs = Milliseconds.parse(values['terminate-ms'])
  const terminatedListedMs = Milliseconds.parse(values['terminated-listed-ms'])
  const invisibleMs = Milliseconds.parse(values['invisible-ms'])
  const imageMs = Milliseconds.parse(values['image-ms'])
  const sandbox = new Sandbox({
    dir: z.string().parse(values.dir),
    toolsSourceDir: join(import.meta.dirname, '..', '..', 'resources', 'sandbox'),
    clock: realClock,
    log: {
      ...silentLog,
      error: (fields, message) => {
        process.stderr.write(`${message} ${JSON.stringify(fields, errorsToo)}\n`)
      },
    },
    port: z.coerce.number().parse(values.port),
    ...(values['id-seed'] === undefined ? {} : { idSeed: values['id-seed'] }),
    times: {
      ...(bootMs === undefined ? {} : { bootMs }),
      ...(stopMs === undefined ? {} : { stopMs }),
      ...(terminateMs === undefined ? {} : { terminateMs }),
      ...(terminatedListedMs === undefined ? {} : { terminatedListedMs }),
      ...(imageMs === undefined ? {} : { imageMs }),
      ...(invisibleMs === undefined ? {} : { invisibleMs }),
    },
  })
  const address = await sandbox.start()
  const control = createServer((request, response) => {
    answer(sandbox, request).then(
      (reply) => {
        send(response, 200, reply)
      },
      (thrown: unknown) => {
        send(response, 400, { message: thrown instanceof Error ? thrown.message : String(thrown) })
      },
    )
  })
  await new Promise<void>((resolve) => control.listen(0, '127.0.0.1', resolve))
  const bound = control.address()
  if (bound === null || typeof bound === 'string') throw new Error('The control server has no port.')
  const controlUrl = `http://127.0.0.1:${bound.port}`
  process.stdout.write(`${JSON.stringify({ ...address, controlUrl, pid: process.pid })}\n`)

  let isEnding = false
  const end = (): void => {
    if (isEnding) return
    isEnding = true
    control.close()
    control.closeAllConnections()
    process.stdin.destroy()
    sandbox.stop().catch((thrown: unknown) => {
      process.stderr.write(`${String(thrown)}\n`)
      process.exitCode = 1
    })
  }
  process.once('SIGTERM', end)
  process.stdin.once('end', end).resume()
}

async function answer(sandbox: Sandbox, request: IncomingMessage): Promise<unknown> {
  const path = request.url ?? '/'
  switch (`${request.method ?? ''} ${path}`) {
    case 'GET /calls':
      return sandbox.faults.calls()
    case 'GET /instances':
      return sandbox.instances()
    case 'POST /faults': {
      const faults = z.array(SandboxFault).parse(JSON.parse(await text(request)))
      for (const fault of faults) await sandbox.faults.inject(fault)
      return { injected: faults.length }
    }
    case 'DELETE /faults':
      sandbox.faults.clear()
      return {}
    default: {
      const [, instanceId, happens] = /^\/instances\/(i-[0-9a-f]+)\/([a-z-]+)$/.exec(path) ?? []
      if (request.method !== 'POST' || instanceId === undefined) throw new Error(`There is no ${path}.`)
      await sandbox.faults.inject({ kind: 'instance', instanceId, happens: InstanceAction.parse(happens) })
      return {}
    }
  }
}

function send(response: ServerResponse, status: number, reply: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(reply))
}

async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

function errorsToo(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.stack : value
}

await main()
