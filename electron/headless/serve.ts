import { Secret } from '../../shared/model/secret.ts'
import { rendererDir } from '../resources-dir.ts'
import { hostPorts } from './host-ports.ts'
import { startHeadlessHost } from './http-host.ts'
import { openFileLog } from './log.ts'
import { FileSettings } from './settings-store.ts'
import { createToken } from './token.ts'
import { farmhandVersion } from './version.ts'

export interface ServeOptions {
  dataDir: string
  homeDir: string
  env: Readonly<Record<string, string | undefined>>
  host: string
  port: number
  tls?: { certFile: string; keyFile: string } | undefined
}

/** An engine that others can reach. */
export interface Serving {
  url: string
  token: string
  dataDir: string
  /** Ends clients, streams and the engine; everything acknowledged is on disk. */
  stop(): Promise<void>
}

/** Starts an engine in this process and serves it; `engine.json` tells the command line where. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { dataDir, env } = options
  const log = openFileLog({ dataDir, level: env['FARMHAND_LOG_LEVEL'] ?? 'info' })
  const token = createToken()
  log.hide(token)
  try {
    const ports = hostPorts({ dataDir, homeDir: options.homeDir, env, log })
    // Loaded only here: most commands never serve.
    const { createHostEngine } = await import('./host-engine.ts')
    const engine = await createHostEngine(ports)
    try {
      await engine.start()
      const host = await startHeadlessHost({
        engine,
        facts: {
          version: farmhandVersion(),
          host: 'headless',
          dataDir,
          keychain: ports.keychain.kind,
          startedAt: new Date().toISOString(),
        },
        settings: new FileSettings({ dataDir, log, now: () => ports.clock.now() }),
        log,
        token,
        rendererDir: rendererDir(),
        host: options.host,
        port: options.port,
        tls: options.tls,
      })
      await engine.dataDir.writeEngineFile({ url: host.url, token: new Secret(token) })
      return {
        url: host.url,
        token,
        dataDir,
        stop: async () => {
          await host.stop()
          await engine.stop()
          await log.close()
        },
      }
    } catch (error) {
      await engine.stop()
      throw error
    }
  } catch (error) {
    log.error({ err: error }, 'the headless host could not start')
    await log.close()
    throw error
  }
}
