import { timingSafeEqual } from 'node:crypto'
import type { AuthContext, Connection, ParsedKey } from 'ssh2'
import type { Clock, Log } from '../../../engine/ports.ts'
import { readAuthorizedKeys } from './authorized-keys.ts'
import { serveSession } from './session.ts'
import type { ShellPlace } from './shell-environment.ts'

/** A client that did not log in by then is hung up. */
const loginGraceMs = 60_000
const maxTries = 8

export interface ConnectionOptions {
  place: ShellPlace
  clock: Clock
  log: Log
  onProcess: () => void
  /** Aborted when the instance stops. */
  signal: AbortSignal
}

/** Lets in who has the key, as any user, and serves their sessions. */
export function serveConnection(connection: Connection, options: ConnectionOptions): void {
  const over = new AbortController()
  const loggedIn = new AbortController()
  let tries = 0
  let user = ''
  options.clock.sleep(loginGraceMs, AbortSignal.any([over.signal, loggedIn.signal])).then(
    () => connection.end(),
    () => undefined,
  )
  connection.on('authentication', (context) => {
    const answer = (keys: readonly ParsedKey[]): void => {
      if (keys.some((key) => isAllowed(context, key))) {
        user = context.username
        context.accept()
        return
      }
      // Asking which methods there are, and whether a key would do, is no try.
      if (context.method !== 'none') tries += 1
      if (tries >= maxTries) connection.end()
      else context.reject(['publickey'])
    }
    // Read at each try, as a real server does: who changes the file changes who gets in.
    if (context.method === 'publickey') void readAuthorizedKeys(options.place.homeDir).then(answer)
    else answer([])
  })
  connection.on('ready', () => {
    loggedIn.abort()
  })
  connection.on('session', (accept) => {
    serveSession(accept(), {
      place: options.place,
      user,
      clock: options.clock,
      onProcess: options.onProcess,
      signal: AbortSignal.any([options.signal, over.signal]),
    })
  })
  connection.on('error', (failure: Error) => {
    options.log.debug({ err: failure }, 'A connection to a Sandbox instance failed.')
  })
  connection.on('close', () => {
    over.abort()
  })
}

function isAllowed(context: AuthContext, key: ParsedKey): boolean {
  if (context.method !== 'publickey') return false
  const known = key.getPublicSSH()
  const { data } = context.key
  if (data.length !== known.length || !timingSafeEqual(data, known)) return false
  // Without a signature the client only asks whether this key would do.
  if (!context.signature || !context.blob) return true
  // ssh2 answers a broken signature with an Error, which its types do not tell.
  const verdict: unknown = key.verify(context.blob, context.signature, context.hashAlgo)
  return verdict === true
}
