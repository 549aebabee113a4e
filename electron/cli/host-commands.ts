import { once } from 'node:events'
import type { Command } from 'commander'
import type { DoctorCheck } from '../../shared/contract/system.contract.ts'
import { errorFromWire } from '../../shared/contract/wire-errors.ts'
import { openBrowser, serve } from '../headless/index.ts'
import type { Context } from './context.ts'
import { ExitStatus, UsageError } from './failure.ts'
import { write } from './io.ts'
import { paintStatus, plain, table, type Columns } from './paint.ts'

interface ServeFlags {
  port: string
  host: string
  open?: boolean
  tlsCert?: string
  tlsKey?: string
}

export function addServeCommand(program: Command, context: Context): void {
  program
    .command('serve')
    .description('run the engine here and serve it to browsers, the command line and programs')
    .option('--port <number>', 'port to listen on; 0 takes a free one', '0')
    .option('--host <name>', 'address to listen on; anything but loopback needs TLS', '127.0.0.1')
    .option('--tls-cert <file>', 'certificate chain (PEM)')
    .option('--tls-key <file>', 'private key of the certificate (PEM)')
    .option('--open', 'open the app in a browser window')
    .action(async (flags: ServeFlags) => {
      const port = Number(flags.port)
      if (!Number.isInteger(port) || port < 0 || port > 65535)
        throw new UsageError('--port takes 0 to 65535.')
      if ((flags.tlsCert === undefined) !== (flags.tlsKey === undefined)) {
        throw new UsageError('--tls-cert and --tls-key belong together.')
      }
      const { io } = context
      const dataDir = context.dataDir()
      const tls =
        flags.tlsCert === undefined || flags.tlsKey === undefined
          ? undefined
          : { certFile: flags.tlsCert, keyFile: flags.tlsKey }
      const serving = await serve({ dataDir, homeDir: io.homeDir, env: io.env, host: flags.host, port, tls })
      try {
        const { url, token } = serving
        await write(io.stdout, `${JSON.stringify({ url, token, pid: process.pid, dataDir })}\n`)
        const address = `${url}/#token=${token}`
        const isOpen = flags.open === true && (await openBrowser(address, io.env))
        await context.note(isOpen ? 'Farmhand is open. Ctrl-C ends it.' : `Open ${address} · Ctrl-C ends it.`)
        if (!io.signal.aborted) await once(io.signal, 'abort')
      } finally {
        await serving.stop()
      }
    })
}

const checkColumns: Columns<DoctorCheck> = {
  CHECK: ({ name }) => name,
  STATE: ({ state }, paint) => paintStatus(paint, state),
  WHAT: ({ message }) => plain(message),
}

export function addDoctorCommand(program: Command, context: Context): void {
  program
    .command('doctor')
    .description('what is installed, reachable and writable; exit status 1 when something fails')
    .action(async () => {
      const checks = await examine(context)
      await context.print(checks, () => table(checkColumns, checks, context.paint))
      if (checks.some(({ state }) => state === 'failed')) throw new ExitStatus(1)
    })
}

/** An engine that cannot start is a finding like any other. */
async function examine(context: Context): Promise<DoctorCheck[]> {
  try {
    return await context.withClient(({ system }) => system.doctor())
  } catch (error) {
    return [{ name: 'engine', state: 'failed', message: errorFromWire(error).message }]
  }
}
