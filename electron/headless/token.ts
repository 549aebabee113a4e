import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** A new bearer token: 32 random bytes in base64url. */
export function createToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Compares in constant time, whatever the lengths. */
export function isSameToken(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected))
}

const subprotocolPrefix = 'farmhand.token.'

/** The subprotocol that the host answers a WebSocket with. */
export const rpcSubprotocol = 'farmhand'

/** What a client that holds the token offers as WebSocket subprotocols. */
export function subprotocolsFor(token: string): string[] {
  return [rpcSubprotocol, `${subprotocolPrefix}${token}`]
}

/**
 * The token that a request brings: in its Authorization header, or, as browsers cannot set that for a WebSocket, among the
 * offered subprotocols. Never in the address, which ends in logs and histories.
 */
export function tokenOf(headers: {
  authorization?: string | undefined
  'sec-websocket-protocol'?: string | undefined
}): string | undefined {
  const bearer = /^Bearer +([\w-]+)$/i.exec(headers.authorization ?? '')?.[1]
  if (bearer !== undefined) return bearer
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  return offered.find((name) => name.startsWith(subprotocolPrefix))?.slice(subprotocolPrefix.length)
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
