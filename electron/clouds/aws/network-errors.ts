/** Node's codes for a peer that is not reached, or is lost on the way. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
])

/** Node's code of a network failure, looked for in the chain of causes; undefined for anything else. */
export function networkCode(thrown: unknown): string | undefined {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 8; error = error.cause, depth += 1) {
    if ('code' in error && typeof error.code === 'string') {
      if (UNREACHABLE.has(error.code) || isCertificateCode(error.code)) return error.code
    }
    if (error.name === 'TimeoutError') return 'ETIMEDOUT'
  }
  return undefined
}

export function isUnreachable(thrown: unknown): boolean {
  const code = networkCode(thrown)
  return code !== undefined && UNREACHABLE.has(code)
}

/** OpenSSL's and Node's codes for a certificate that is not trusted. */
export function isCertificateCode(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code)
}
