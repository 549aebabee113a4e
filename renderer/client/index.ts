import { inject, type InjectionKey } from 'vue'
import { Connection, type Client } from './connection.ts'
import { createPlatform, type Platform } from './platform.ts'
import { takeToken } from './token.ts'
import { checkToken, portTransport, webSocketTransport } from './transports.ts'

export { Connection } from './connection.ts'
export type { Client } from './connection.ts'
export type { Platform } from './platform.ts'

export const connectionKey: InjectionKey<Connection> = Symbol('connection')
export const platformKey: InjectionKey<Platform> = Symbol('platform')

/** The connection and the platform of this window: a browser with a token, or the desktop with a port. */
export function connect(): { connection: Connection; platform: Platform } {
  const token = takeToken()
  if (token === null) {
    const isRefused = (): Promise<boolean> => Promise.resolve(location.protocol.startsWith('http'))
    return {
      connection: new Connection({ open: portTransport, isRefused }),
      platform: createPlatform('desktop'),
    }
  }
  const isRefused = async (): Promise<boolean> => (await checkToken(token)) === 'refused'
  return {
    connection: new Connection({ open: webSocketTransport(token), isRefused }),
    platform: createPlatform('browser'),
  }
}

/** The connection that the app was started with. */
export function useConnection(): Connection {
  const connection = inject(connectionKey)
  if (connection === undefined) throw new Error('No connection was provided to this app.')
  return connection
}

/** The typed client: `const client = useClient(); await client.farms.launch({ farmId })`. */
export function useClient(): Client {
  return useConnection().client
}

/** The machine around the window. */
export function usePlatform(): Platform {
  const platform = inject(platformKey)
  if (platform === undefined) throw new Error('No platform was provided to this app.')
  return platform
}
