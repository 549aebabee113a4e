import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import type { JsonWebKey, KeyObject } from 'node:crypto'
import { wireMpint, wireString, wireUint32 } from './wire.ts'

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

/**
 * The private half as an unencrypted `openssh-key-v1` file. ssh2 reads this form but writes it for keys that it made itself
 * only, and about one of three hundred of its ed25519 files is damaged: it drops leading zeros of the point.
 */
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

function privateFields(parts: KeyParts): Buffer[] {
  switch (parts.type) {
    case 'ed25519':
      return [wireString(parts.point), wireString(Buffer.concat([parts.seed, parts.point]))]
    case 'rsa':
      return [parts.n, parts.e, parts.d, parts.inverse, parts.p, parts.q].map(wireMpint)
  }
}
