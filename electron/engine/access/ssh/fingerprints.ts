import { Buffer } from 'node:buffer'
import { createHash, createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { AppError } from '../../../../shared/model/errors.ts'
import { WireReader } from './wire.ts'

/** A public key in SSH's wire form and its name (`ssh-ed25519`). */
export interface PublicKeyBlob {
  algorithm: string
  blob: Buffer
}

/** `SHA256:` and unpadded base64, as `ssh-keygen -l` prints it. */
export function sha256Fingerprint(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
}

/** `MD5:` and colon-separated hex, as `ssh-keygen -l -E md5` prints it. */
export function md5Fingerprint(blob: Uint8Array): string {
  return `MD5:${colonHex(createHash('md5').update(blob).digest())}`
}

/** The algorithm that a public key blob names itself. */
export function blobAlgorithm(blob: Uint8Array): string {
  return new WireReader(blob).text()
}

/** Reads one line of `authorized_keys` or of a `.pub` file (no options in front). Throws `input.invalid`. */
export function readPublicKeyLine(line: string): PublicKeyBlob {
  const [algorithm = '', encoded = ''] = line.trim().split(/\s+/)
  const blob = Buffer.from(encoded, 'base64')
  if (blob.length > 4 && blob.readUInt32BE() === Buffer.byteLength(algorithm)) {
    if (blobAlgorithm(blob) === algorithm) return { algorithm, blob }
  }
  throw new AppError('input.invalid', {
    message: 'This is not an SSH public key: it should look like "ssh-ed25519 AAAA… comment".',
  })
}

/**
 * The fingerprint that EC2 shows for a key pair imported from this public key: MD5 over the DER public key for RSA,
 * padded base64 of SHA-256 for ed25519. Throws `input.invalid` for other kinds of keys.
 */
export function ec2ImportedFingerprint(publicKeyLine: string): string {
  const { algorithm, blob } = readPublicKeyLine(publicKeyLine)
  switch (algorithm) {
    case 'ssh-ed25519':
      return createHash('sha256').update(blob).digest('base64')
    case 'ssh-rsa': {
      const der = rsaPublicKey(blob).export({ format: 'der', type: 'spki' })
      return colonHex(createHash('md5').update(der).digest())
    }
    default:
      throw new AppError('input.invalid', {
        message: `EC2 takes ed25519 and RSA keys only, not ${algorithm}.`,
      })
  }
}

/** The fingerprint that EC2 shows for an RSA key pair that EC2 made itself: SHA-1 over the PKCS#8 private key. */
export function ec2CreatedRsaFingerprint(privateKey: KeyObject): string {
  const der = privateKey.export({ format: 'der', type: 'pkcs8' })
  return colonHex(createHash('sha1').update(der).digest())
}

function rsaPublicKey(blob: Buffer): KeyObject {
  const reader = new WireReader(blob)
  reader.text()
  const e = reader.unsigned().toString('base64url')
  const n = reader.unsigned().toString('base64url')
  return createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' })
}

function colonHex(digest: Buffer): string {
  return (digest.toString('hex').match(/../g) ?? []).join(':')
}
