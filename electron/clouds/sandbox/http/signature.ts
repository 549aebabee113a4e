import { Buffer } from 'node:buffer'
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { CloudError } from './cloud-error.ts'

const authorization =
  /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request,\s*SignedHeaders=([a-z0-9;-]+),\s*Signature=([0-9a-f]{64})$/
/** How far the clocks of caller and cloud may be apart. */
const skewMs = 5 * 60_000

export interface SignedRequest {
  method: string
  /** Path and query as they came. */
  url: string
  headers: IncomingHttpHeaders
  body: Buffer
}

/**
 * Checks the Signature Version 4 of a request and answers the region and service that it was signed for.
 * Throws `MissingAuthenticationToken`, `AuthFailure`, `SignatureDoesNotMatch`, `RequestExpired`.
 */
export function checkSignature(
  request: SignedRequest,
  account: { accessKeyId: string; secretAccessKey: string },
  now: number,
): { region: string; service: string } {
  const { headers } = request
  if (headers.authorization === undefined) {
    throw new CloudError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403)
  }
  const [, keyId, day, region, service, signedNames, signature] =
    authorization.exec(headers.authorization) ?? []
  if (!keyId || !day || !region || !service || !signedNames || !signature) {
    throw new CloudError('IncompleteSignature', 'The Authorization header is not complete.')
  }
  if (keyId !== account.accessKeyId) {
    throw new CloudError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401)
  }
  const date = String(headers['x-amz-date'] ?? '')
  checkTime(date, now)
  const names = signedNames.split(';')
  const canonical = [
    request.method,
    ...canonicalUrl(request.url),
    ...names.map((name) => `${name}:${[headers[name]].flat().join(',').trim().replace(/\s+/g, ' ')}`),
    '',
    signedNames,
    sha256(request.body),
  ].join('\n')
  const scope = `${day}/${region}/${service}/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')
  const key = [day, region, service, 'aws4_request'].reduce<Buffer>(
    (key, part) => hmac(key, part),
    Buffer.from(`AWS4${account.secretAccessKey}`),
  )
  const expected = hmac(key, toSign)
  const isSame = timingSafeEqual(expected, Buffer.from(signature, 'hex'))
  if (!isSame || !names.includes('host') || !date.startsWith(day)) {
    throw new CloudError(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
      403,
    )
  }
  return { region, service }
}

function checkTime(date: string, now: number): void {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? []
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  if (Number.isNaN(at) || Math.abs(now - at) > skewMs)
    throw new CloudError('RequestExpired', 'Request has expired.')
}

function canonicalUrl(url: string): [path: string, query: string] {
  const parsed = new URL(url, 'http://localhost')
  const query = [...parsed.searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&')
  return [parsed.pathname, query]
}

function sha256(value: string | Buffer): string {
  return createHash('sha256').update(value).digest('hex')
}

function hmac(key: Buffer, value: string): Buffer {
  return createHmac('sha256', key).update(value).digest()
}
