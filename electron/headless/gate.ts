import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { isSameToken, tokenOf } from './token.ts'

/** The parts of a request that decide whether it may come in. */
export interface Visitor {
  headers: {
    host?: string | undefined
    origin?: string | undefined
    authorization?: string | undefined
    'sec-websocket-protocol'?: string | undefined
  }
  remoteAddress: string
}

/** Why a request is turned away. */
export interface Refusal {
  status: 401 | 403 | 429
  message: string
}

export interface GateOptions {
  token: string
  /** The host name or address that the server was told to listen on. */
  listenHost: string
  /** PEM text of the certificate, whose names are ours too. */
  certificate?: string | undefined
  /** Monotonic milliseconds. */
  monotonic: () => number
}

const windowMs = 60_000
const failuresPerWindow = 20
const addressesRemembered = 1000

/**
 * Who may come in. The Host must be one of our own names (a page elsewhere that lets its name point to this machine is
 * turned away), the Origin, where there is one, our own page, and the token the right one. Wrong tokens are answered 429 after
 * twenty a minute from one address; the right one still passes, so that nobody can lock its owner out.
 */
export class Gate {
  readonly #token: string
  readonly #listenHost: string
  readonly #certificate: X509Certificate | undefined
  readonly #monotonic: () => number
  readonly #failures = new Map<string, { since: number; count: number }>()

  constructor({ token, listenHost, certificate, monotonic }: GateOptions) {
    this.#token = token
    this.#listenHost = listenHost.toLowerCase()
    this.#certificate = certificate === undefined ? undefined : new X509Certificate(certificate)
    this.#monotonic = monotonic
  }

  /** Checks that hold for every request, files included. */
  checkPlace({ headers }: Visitor): Refusal | undefined {
    const name = hostName(headers.host)
    if (name === undefined || !this.#isOurName(name)) {
      return { status: 403, message: 'This host name is not one of this Farmhand’s own.' }
    }
    if (headers.origin !== undefined && !isSameOrigin(headers.origin, headers.host)) {
      return { status: 403, message: 'Only Farmhand’s own page may talk with this Farmhand.' }
    }
    return undefined
  }

  /** `checkPlace` and the token, for everything that reaches the engine. */
  checkToken(visitor: Visitor): Refusal | undefined {
    const refusal = this.checkPlace(visitor)
    if (refusal !== undefined) return refusal
    const given = tokenOf(visitor.headers)
    if (given !== undefined && isSameToken(given, this.#token)) return undefined
    if (given !== undefined && this.#countFailure(visitor.remoteAddress) > failuresPerWindow) {
      return { status: 429, message: 'Too many wrong tokens: wait a minute.' }
    }
    return {
      status: 401,
      message: 'This needs the token that `farmhand serve` printed (Authorization: Bearer …).',
    }
  }

  #isOurName(name: string): boolean {
    if (isLoopbackName(name) || name === this.#listenHost) return true
    if (this.#certificate === undefined) return false
    const match = isIP(name) === 0 ? this.#certificate.checkHost(name) : this.#certificate.checkIP(name)
    return match !== undefined
  }

  #countFailure(address: string): number {
    const now = this.#monotonic()
    const known = this.#failures.get(address)
    const entry = known === undefined || now - known.since >= windowMs ? { since: now, count: 0 } : known
    entry.count += 1
    this.#failures.delete(address)
    this.#failures.set(address, entry)
    const [oldest] = this.#failures.keys()
    if (this.#failures.size > addressesRemembered && oldest !== undefined) this.#failures.delete(oldest)
    return entry.count
  }
}

/** Whether a host name or address can only mean this machine. */
export function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'))
}

/** The name in a Host header, without its port and without the brackets of an IPv6 address. */
function hostName(header: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::\d{1,5})?$/i.exec(header ?? '')
  return (match?.[1] ?? match?.[2])?.toLowerCase()
}

function isSameOrigin(origin: string, host: string | undefined): boolean {
  try {
    const url = new URL(origin)
    return (url.protocol === 'http:' || url.protocol === 'https:') && url.host === host?.toLowerCase()
  } catch {
    return false
  }
}
