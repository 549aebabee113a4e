import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { createRouterClient } from '@orpc/server'
import { WebSocket } from 'ws'
import type { Contract } from '../../shared/contract/index.ts'
import { AppError } from '../../shared/model/errors.ts'
import { createRouter } from '../api/index.ts'
import { readEngineFile, type EngineFile } from '../engine/state/data-dir/index.ts'
import {
  farmhandVersion,
  FileSettings,
  hostPorts,
  isLoopbackName,
  openFileLog,
  subprotocolsFor,
  systemClock,
} from '../headless/index.ts'

export type Client = ContractRouterClient<Contract>

/** A client of the engine that owns the data directory. */
export interface Connection {
  client: Client
  /** Whether the engine lives in this process and ends with this command. */
  isOwnEngine: boolean
  close(): Promise<void>
}

export interface Place {
  dataDir: string
  homeDir: string
  env: Readonly<Record<string, string | undefined>>
  signal: AbortSignal
  /** Says why a person has to wait. */
  note: (text: string) => Promise<void>
}

const connectTimeoutMs = 10_000
/** Another command holds the directory for a moment only; a longer wait means somebody else. */
const waitForOwnerMs = 20_000
const lookAgainMs = 100
const sayAfterMs = 1500

/**
 * Talks to the running engine of the data directory, or starts one in this process for as long as the connection lasts.
 *
 * @throws AppError `state.in_use` when an engine owns the directory and cannot be reached
 */
export async function connect(place: Place): Promise<Connection> {
  const began = systemClock.monotonic()
  let hasSaid = false
  for (;;) {
    const owner = await readEngineFile(place.dataDir)
    if (owner?.url != null && owner.token !== null) {
      return connectToHost({ ...owner, url: owner.url, token: owner.token.reveal() })
    }
    try {
      if (owner === undefined) return await startOwnEngine(place)
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'state.in_use')) throw error
    }
    const waitedMs = systemClock.monotonic() - began
    if (waitedMs >= waitForOwnerMs) throw notListening(owner, place.dataDir)
    if (waitedMs >= sayAfterMs && !hasSaid) {
      hasSaid = true
      await place.note(`Waiting for another Farmhand to leave ${place.dataDir} …`)
    }
    await systemClock.sleep(lookAgainMs, place.signal)
  }
}

async function connectToHost({
  url,
  token,
  pid,
}: {
  url: string
  token: string
  pid: number
}): Promise<Connection> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/rpc`, subprotocolsFor(token), {
    handshakeTimeout: connectTimeoutMs,
    perMessageDeflate: false,
    // The address comes from a file that only this user can write, and its engine lives: on this machine's own loopback there
    // is nobody in between, and certificates are made for other names.
    rejectUnauthorized: !isLoopbackName(new URL(url).hostname.replace(/^\[|\]$/g, '')),
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', (cause) => {
      const message = `The engine of process ${String(pid)} at ${url} cannot be reached: ${cause.message}.`
      reject(new AppError('state.in_use', { message, cause }))
    })
  })
  socket.on('error', () => {
    socket.terminate()
  })
  // The library asks for the browser's class; what it uses of it, ws has as well.
  const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })
  const client: Client = createORPCClient(link)
  return {
    client,
    isOwnEngine: false,
    close: () =>
      new Promise((resolve) => {
        if (socket.readyState === WebSocket.CLOSED) {
          resolve()
          return
        }
        socket.once('close', () => {
          resolve()
        })
        socket.close()
      }),
  }
}

async function startOwnEngine({ dataDir, homeDir, env }: Place): Promise<Connection> {
  const log = openFileLog({ dataDir, level: env['FARMHAND_LOG_LEVEL'] ?? 'info' })
  try {
    const ports = hostPorts({ dataDir, homeDir, env, log })
    // Loaded only here: a command that talks to a running engine starts faster without one.
    const { createHostEngine } = await import('../headless/host-engine.ts')
    const engine = await createHostEngine(ports)
    const stop = async () => {
      await engine.stop()
      await log.close()
    }
    try {
      await engine.start()
    } catch (error) {
      await engine.stop()
      throw error
    }
    const router = createRouter({
      engine,
      log,
      host: {
        version: farmhandVersion(),
        host: 'in-process',
        dataDir,
        keychain: ports.keychain.kind,
        startedAt: new Date(ports.clock.now()).toISOString(),
      },
      settings: new FileSettings({ dataDir, log, now: () => ports.clock.now() }),
    })
    return { client: createRouterClient(router), isOwnEngine: true, close: stop }
  } catch (error) {
    await log.close()
    throw error
  }
}

function notListening(owner: EngineFile | undefined, dataDir: string): AppError {
  const who = owner === undefined ? 'Another Farmhand' : `Another Farmhand (process ${String(owner.pid)})`
  return new AppError('state.in_use', {
    message: `${who} owns ${dataDir} and does not take commands: wait for it, or end it, or use another --data-dir.`,
  })
}
