import { Buffer } from 'node:buffer'
import { createPrivateKey, randomBytes } from 'node:crypto'
import type { JsonWebKey, KeyObject } from 'node:crypto'
import { WireReader, wireMpint, wireString, wireUint32 } from './wire.ts'

const magic = Buffer.from('openssh-key-v1\0', 'latin1')
const header = '-----BEGIN OPENSSH PRIVATE KEY-----'
const footer = '-----END OPENSSH PRIVATE KEY-----'
/** The unencrypted form pads its private block to this many bytes. */
const blockBytes = 8

/** The numbers of a key, unsigned and big-endian (ed25519: seed and point as they are). */
export type KeyParts =
  | { type: 'ed25519'; algorithm: 'ssh-ed25519'; seed: Buffer; point: Buffer }
  | {
      type: 'rsa'
      algorithm: 'ssh-rsa'
      n: Buffer
      e: Buffer
      d: Buffer
      p: Buffer
      q: Buffer
      /** The inverse of q modulo p. */
      inverse: Buffer
    }

/** Takes a private key apart. Throws a TypeError for other kinds than ed25519 and RSA. */
export function keyParts(key: KeyObject): KeyParts {
  const jwk = key.export({ format: 'jwk' })
  const part = (name: keyof JsonWebKey): Buffer => {
    const value = jwk[name]
    if (typeof value !== 'string') throw new TypeError('The key lacks a part.')
    return Buffer.from(value, 'base64url')
  }
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return { type: 'ed25519', algorithm: 'ssh-ed25519', seed: part('d'), point: part('x') }
    case 'rsa':
      return {
        type: 'rsa',
        algorithm: 'ssh-rsa',
        n: part('n'),
        e: part('e'),
        d: part('d'),
        p: part('p'),
        q: part('q'),
        inverse: part('qi'),
      }
    default:
      throw new TypeError('Only ed25519 and RSA keys are known.')
  }
}

/** The public half in SSH's wire form. */
export function publicKeyBlob(parts: KeyParts): Buffer {
  switch (parts.type) {
    case 'ed25519':
      return Buffer.concat([wireString(parts.algorithm), wireString(parts.point)])
    case 'rsa':
      return Buffer.concat([wireString(parts.algorithm), wireMpint(parts.e), wireMpint(parts.n)])
  }
}

/** The private half as an unencrypted `openssh-key-v1` file. */
export function openSshPrivateKey(parts: KeyParts, comment: string): string {
  const check = randomBytes(4)
  const block = Buffer.concat([
    check,
    check,
    wireString(parts.algorithm),
    ...privateFields(parts),
    wireString(comment),
  ])
  const padding = Buffer.from(
    Array.from({ length: (blockBytes - (block.length % blockBytes)) % blockBytes }, (_, at) => at + 1),
  )
  const file = Buffer.concat([
    magic,
    wireString('none'),
    wireString('none'),
    wireString(''),
    wireUint32(1),
    wireString(publicKeyBlob(parts)),
    wireString(Buffer.concat([block, padding])),
  ])
  const lines = file.toString('base64').match(/.{1,70}/g) ?? []
  return [header, ...lines, footer, ''].join('\n')
}

/** Reads an unencrypted `openssh-key-v1` file. Throws some Error when it is none, damaged or encrypted. */
export function readOpenSshPrivateKey(text: string): { key: KeyObject; comment: string } {
  const body = text.slice(text.indexOf(header) + header.length, text.indexOf(footer))
  const reader = new WireReader(Buffer.from(body, 'base64'))
  if (!reader.take(magic.length).equals(magic)) throw new TypeError('Not an OpenSSH private key.')
  const cipher = reader.text()
  if (cipher !== 'none') throw new TypeError('The private key is encrypted.')
  reader.string()
  reader.string()
  if (reader.uint32() !== 1) throw new TypeError('The file holds several keys.')
  reader.string()
  const block = new WireReader(reader.string())
  const check = block.uint32()
  if (block.uint32() !== check) throw new TypeError('The private key is damaged.')
  const jwk = readPrivateFields(block)
  return { key: createPrivateKey({ key: jwk, format: 'jwk' }), comment: block.text() }
}

function privateFields(parts: KeyParts): Buffer[] {
  switch (parts.type) {
    case 'ed25519':
      return [wireString(parts.point), wireString(Buffer.concat([parts.seed, parts.point]))]
    case 'rsa':
      return [parts.n, parts.e, parts.d, parts.inverse, parts.p, parts.q].map(wireMpint)
  }
}

function readPrivateFields(block: WireReader): JsonWebKey {
  const algorithm = block.text()
  switch (algorithm) {
    case 'ssh-ed25519': {
      const point = block.string()
      const seed = block.string().subarray(0, 32)
      return { kty: 'OKP', crv: 'Ed25519', x: base64url(point), d: base64url(seed) }
    }
    case 'ssh-rsa': {
      const n = block.unsigned()
      const e = block.unsigned()
      const d = block.unsigned()
      const inverse = block.unsigned()
      const p = block.unsigned()
      const q = block.unsigned()
      return {
        kty: 'RSA',
        n: base64url(n),
        e: base64url(e),
        d: base64url(d),
        p: base64url(p),
        q: base64url(q),
        dp: base64url(exponentModulo(d, p)),
        dq: base64url(exponentModulo(d, q)),
        qi: base64url(inverse),
      }
    }
    default:
      throw new TypeError('Only ed25519 and RSA keys are known.')
  }
}

/** d mod (prime - 1), which the OpenSSH form leaves out. */
function exponentModulo(d: Buffer, prime: Buffer): Buffer {
  const value = BigInt(`0x${d.toString('hex')}`) % (BigInt(`0x${prime.toString('hex')}`) - 1n)
  const hex = value.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
}

function base64url(bytes: Buffer): string {
  return bytes.toString('base64url')
}
