import { Buffer } from 'node:buffer'
import { generateKeyPairSync, randomBytes } from 'node:crypto'

/** A new key in OpenSSH's forms: a private key file and a line of `authorized_keys`. */
export interface Ed25519Key {
  privateKey: string
  publicKey: string
}

/** Makes an ed25519 key. ssh2's own maker writes a damaged file for about one key in 160. */
export function makeEd25519Key(comment: string): Ed25519Key {
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  const [seed, point] = [Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')]
  const publicBlob = Buffer.concat([field('ssh-ed25519'), field(point)])
  const check = randomBytes(4)
  const unpadded = Buffer.concat([
    check,
    check,
    publicBlob,
    field(Buffer.concat([seed, point])),
    field(comment),
  ])
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (unpadded.length % 8)) % 8))
  const file = Buffer.concat([
    Buffer.from('openssh-key-v1\0', 'latin1'),
    field('none'),
    field('none'),
    field(''),
    Buffer.from([0, 0, 0, 1]),
    field(publicBlob),
    field(Buffer.concat([unpadded, padding])),
  ])
  const lines = file.toString('base64').match(/.{1,70}/g) ?? []
  return {
    privateKey: [
      '-----BEGIN OPENSSH PRIVATE KEY-----',
      ...lines,
      '-----END OPENSSH PRIVATE KEY-----',
      '',
    ].join('\n'),
    publicKey: `ssh-ed25519 ${publicBlob.toString('base64')} ${comment}`,
  }
}

/** An SSH `string`: its length as four bytes, then its bytes. */
function field(value: string | Buffer): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
