import ssh2 from 'ssh2'
import type { ParsedKey } from 'ssh2'
import { AppError } from '../../../../shared/model/errors.ts'
import { exportPrivateKey } from './key-pair.ts'
import { targetName } from './ssh-target.ts'
import type { SshTarget } from './ssh-target.ts'

/**
 * The key that logs in, as ssh2 wants it. An RSA key refuses to sign with SHA-1, which ssh2 would do for servers that do
 * not announce better. Throws `ssh.auth` when the key cannot be read.
 */
export function loginKey(target: SshTarget): ParsedKey {
  const key = parse(target.privateKey.reveal()) ?? converted(target)
  if (key === undefined) {
    throw new AppError('ssh.auth', { message: `The private key for ${targetName(target)} cannot be read.` })
  }
  if (key.type !== 'ssh-rsa') return key
  const sign = key.sign.bind(key)
  key.sign = (data, algorithm) => {
    if (algorithm === 'sha256' || algorithm === 'sha512') return sign(data, algorithm)
    throw new AppError('ssh.auth', {
      message: `${targetName(target)} takes RSA keys with unsafe SHA-1 signatures only: use an ed25519 key.`,
    })
  }
  return key
}

/** Undefined for what ssh2 cannot read; its message is dropped, as it may quote the key. */
function parse(text: string): ParsedKey | undefined {
  // Undefined for a file without a key, which its types do not say.
  const key: ParsedKey | Error | undefined = ssh2.utils.parseKey(text)
  return key === undefined || key instanceof Error || !key.isPrivateKey() ? undefined : key
}

/** ssh2 reads no PKCS#8; we do. */
function converted(target: SshTarget): ParsedKey | undefined {
  try {
    return parse(exportPrivateKey(target.privateKey, 'openssh').reveal())
  } catch {
    return undefined
  }
}
