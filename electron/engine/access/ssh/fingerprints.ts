import type { Buffer } from 'node:buffer'
import { createHash, createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import ssh2 from 'ssh2'
import type { ParsedKey } from 'ssh2'
import { AppError } from '../../../../shared/model/errors.ts'

/** `SHA256:` and unpadded base64, as `ssh-keygen -l` prints it. */
export function sha256Fingerprint(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
}

/** `MD5:` and colon-separated hex, as `ssh-keygen -l -E md5` prints it. */
export function md5Fingerprint(blob: Uint8Array): string {
  return `MD5:${colonHex(createHash('md5').update(blob).digest())}`
}

/** The algorithm that a public key blob names itself. Throws a RangeError when the blob is too short. */
export function blobAlgorithm(blob: Buffer): string {
  return blob.toString('utf8', 4, 4 + blob.readUInt32BE())
}

/** Reads one line of `authorized_keys` or of a `.pub` file (no options in front). Throws `input.invalid`. */
export function readPublicKeyLine(line: string): ParsedKey {
  const key = ssh2.utils.parseKey(line.replace(/\s+/g, ' '))
  if (!(key instanceof Error) && !key.isPrivateKey()) return key
  throw new AppError('input.invalid', {
    message: 'This is not an SSH public key: it should look like "ssh-ed25519 AAAA… comment".',
  })
}

/**
 * The fingerprint that EC2 shows for a key pair imported from this public key: MD5 over the DER public key for RSA,
 * padded base64 of SHA-256 for ed25519. Throws `input.invalid` for other kinds of keys.
 */
export function ec2ImportedFingerprint(publicKeyLine: string): string {
  const key = readPublicKeyLine(publicKeyLine)
  switch (key.type) {
    case 'ssh-ed25519':
      return createHash('sha256').update(key.getPublicSSH()).digest('base64')
    case 'ssh-rsa': {
      const der = createPublicKey(key.getPublicPEM()).export({ format: 'der', type: 'spki' })
      return colonHex(createHash('md5').update(der).digest())
    }
    default:
      throw new AppError('input.invalid', {
        message: `EC2 takes ed25519 and RSA keys only, not ${key.type}.`,
      })
  }
}

/** The fingerprint that EC2 shows for an RSA key pair that EC2 made itself: SHA-1 over the PKCS#8 private key. */
export function ec2CreatedRsaFingerprint(privateKey: KeyObject): string {
  const der = privateKey.export({ format: 'der', type: 'pkcs8' })
  return colonHex(createHash('sha1').update(der).digest())
}

function colonHex(digest: Buffer): string {
  return (digest.toString('hex').match(/../g) ?? []).join(':')
}
