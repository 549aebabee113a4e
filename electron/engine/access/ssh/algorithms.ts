import type { Algorithms, ServerHostKeyAlgorithm } from 'ssh2'

const hostKeyAlgorithms: ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
]

/**
 * What Farmhand offers: no SHA-1 signature, exchange or MAC, no CBC, no group below 2048 bits. The kind of the pinned host
 * key comes first, so that a server that gets a further host key is still recognised by the one that is pinned.
 */
export function modernAlgorithms(pinnedKeyType?: string): Algorithms {
  const isPinnedType = (algorithm: ServerHostKeyAlgorithm): boolean =>
    pinnedKeyType === 'ssh-rsa' ? algorithm.startsWith('rsa-sha2-') : algorithm === pinnedKeyType
  return {
    kex: [
      'curve25519-sha256',
      'curve25519-sha256@libssh.org',
      'ecdh-sha2-nistp256',
      'ecdh-sha2-nistp384',
      'ecdh-sha2-nistp521',
      'diffie-hellman-group-exchange-sha256',
      'diffie-hellman-group14-sha256',
      'diffie-hellman-group16-sha512',
      'diffie-hellman-group18-sha512',
    ],
    serverHostKey: [
      ...hostKeyAlgorithms.filter(isPinnedType),
      ...hostKeyAlgorithms.filter((algorithm) => !isPinnedType(algorithm)),
    ],
    cipher: [
      'aes128-gcm@openssh.com',
      'aes256-gcm@openssh.com',
      'chacha20-poly1305@openssh.com',
      'aes128-ctr',
      'aes192-ctr',
      'aes256-ctr',
    ],
    hmac: [
      'hmac-sha2-256-etm@openssh.com',
      'hmac-sha2-512-etm@openssh.com',
      'hmac-sha2-256',
      'hmac-sha2-512',
    ],
    compress: ['none'],
  }
}
