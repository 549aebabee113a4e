import { Buffer } from 'node:buffer'
import { createPrivateKey, generateKeyPair as generateKeys } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import ssh2 from 'ssh2'
import { AppError } from '../../../../shared/model/errors.ts'
import { Secret } from '../../../../shared/model/secret.ts'
import type { PrivateKeyFormat, SshKey } from '../../../../shared/model/ssh-keys.ts'
import { md5Fingerprint, sha256Fingerprint } from './fingerprints.ts'
import { keyParts, openSshPrivateKey, publicKeyBlob } from './openssh-format.ts'
import { ppkPrivateKey } from './ppk-format.ts'

const generate = promisify(generateKeys)

export type KeyPairType = SshKey['type']

/** A key pair in memory. `publicKey` is one `authorized_keys` line, `privateKey` the OpenSSH form, not encrypted. */
export interface KeyPair {
  type: KeyPairType
  comment: string
  publicKey: string
  privateKey: Secret
  sha256Fingerprint: string
  md5Fingerprint: string
}

/** Makes a new pair: ed25519, or RSA with 4096 bits. Nothing touches the disk. */
export async function generateKeyPair(options: { type?: KeyPairType; comment: string }): Promise<KeyPair> {
  const type = options.type ?? 'ed25519'
  const { privateKey } =
    type === 'ed25519' ? await generate('ed25519') : await generate('rsa', { modulusLength: 4096 })
  return describeKeyPair(privateKey, options.comment)
}

/**
 * Reads a private key (OpenSSH or PEM, not encrypted) and says everything about its pair. The comment of an OpenSSH
 * file is kept unless another is given. Throws `input.invalid` for anything else.
 */
export function readKeyPair(privateKey: Secret, comment?: string): KeyPair {
  const read = readPrivateKey(privateKey)
  return describeKeyPair(read.key, comment ?? read.comment)
}

/**
 * The private half in another form: `openssh` (`BEGIN OPENSSH PRIVATE KEY`), `pem` (PKCS#8 for ed25519, PKCS#1 for RSA)
 * or `ppk` (PuTTY's version 3). None is encrypted. Throws `input.invalid` when the key cannot be read.
 */
export function exportPrivateKey(privateKey: Secret, format: PrivateKeyFormat, comment?: string): Secret {
  const read = readPrivateKey(privateKey)
  const label = oneLine(comment ?? read.comment)
  switch (format) {
    case 'openssh':
      return new Secret(openSshPrivateKey(keyParts(read.key), label))
    case 'ppk':
      return new Secret(ppkPrivateKey(keyParts(read.key), label))
    case 'pem': {
      const type = read.key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'pkcs8'
      return new Secret(read.key.export({ format: 'pem', type }).toString())
    }
  }
}

/** The private half as Node's key object, and the comment where the form carries one. Throws `input.invalid`. */
export function readPrivateKey(privateKey: Secret): { key: KeyObject; comment: string } {
  const text = privateKey.reveal()
  try {
    const read = text.includes('BEGIN OPENSSH PRIVATE KEY')
      ? readOpenSsh(text)
      : { key: createPrivateKey(text), comment: '' }
    keyParts(read.key)
    return read
  } catch {
    // The cause is dropped on purpose: a parser's message may quote the key.
    throw new AppError('input.invalid', {
      message:
        'This private key cannot be read: give an ed25519 or RSA key in OpenSSH or PEM form without passphrase.',
    })
  }
}

/** ssh2 reads OpenSSH's form, Node makes a key of the PEM that it gives. Throws some Error for anything else. */
function readOpenSsh(text: string): { key: KeyObject; comment: string } {
  // What is pasted may have spaces around its lines, which ssh2 does not skip.
  const parsed = ssh2.utils.parseKey(text.replace(/^[ \t]+|[ \t]+$/gm, ''))
  if (parsed instanceof Error) throw parsed
  return { key: createPrivateKey(parsed.getPrivatePEM()), comment: parsed.comment }
}

function describeKeyPair(key: KeyObject, comment: string): KeyPair {
  const parts = keyParts(key)
  const blob = publicKeyBlob(parts)
  const label = oneLine(comment)
  return {
    type: parts.type,
    comment: label,
    publicKey: `${parts.algorithm} ${Buffer.from(blob).toString('base64')} ${label}`.trimEnd(),
    privateKey: new Secret(openSshPrivateKey(parts, label)),
    sha256Fingerprint: sha256Fingerprint(blob),
    md5Fingerprint: md5Fingerprint(blob),
  }
}

function oneLine(comment: string): string {
  return comment.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
}
