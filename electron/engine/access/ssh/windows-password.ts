import { Buffer } from 'node:buffer'
import { constants, privateDecrypt } from 'node:crypto'
import { AppError } from '../../../../shared/model/errors.ts'
import { Secret } from '../../../../shared/model/secret.ts'
import { readPrivateKey } from './key-pair.ts'

/**
 * The administrator password that EC2 encrypted for the key pair of a Windows instance (RSA, PKCS#1 v1.5). Throws
 * `server.no_password` when this key does not open it.
 */
export function decryptWindowsPassword(base64: string, privateKey: Secret): Secret {
  const { key } = readPrivateKey(privateKey)
  if (key.asymmetricKeyType !== 'rsa') throw notOpened('its key pair is no RSA key')
  try {
    // The padding is taken off here: not every crypto library that Farmhand runs on does it by itself any more.
    const block = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, Buffer.from(base64, 'base64'))
    return new Secret(unpadded(block).toString('utf8'))
  } catch {
    // The cause is dropped on purpose: it may hold parts of what was decrypted.
    throw notOpened('it was encrypted for another key')
  }
}

/** RFC 8017, 7.2.2: 0x00, 0x02, at least eight bytes that are not zero, 0x00, the message. */
function unpadded(block: Buffer): Buffer {
  const end = block.indexOf(0, 2)
  if (block[0] !== 0 || block[1] !== 2 || end < 10) throw new Error('This is no PKCS#1 block.')
  return block.subarray(end + 1)
}

function notOpened(why: string): AppError {
  return new AppError('server.no_password', {
    message: `The administrator password cannot be decrypted: ${why}. Change it on the server itself.`,
  })
}
