import type { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
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

function colonHex(digest: Buffer): string {
  return (digest.toString('hex').match(/../g) ?? []).join(':')
}
