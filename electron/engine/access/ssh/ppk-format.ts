import { Buffer } from 'node:buffer'
import { createHmac } from 'node:crypto'
import { publicKeyBlob } from './openssh-format.ts'
import type { KeyParts } from './openssh-format.ts'
import { wireMpint, wireString } from './wire.ts'

/** The private half as PuTTY's version 3 file, not encrypted; its MAC then has an empty key. */
export function ppkPrivateKey(parts: KeyParts, comment: string): string {
  const publicBlob = publicKeyBlob(parts)
  const privateBlob = ppkPrivateBlob(parts)
  const mac = createHmac('sha256', Buffer.alloc(0))
  for (const field of [parts.algorithm, 'none', comment, publicBlob, privateBlob]) {
    mac.update(wireString(field))
  }
  const publicLines = base64Lines(publicBlob)
  const privateLines = base64Lines(privateBlob)
  return [
    `PuTTY-User-Key-File-3: ${parts.algorithm}`,
    'Encryption: none',
    `Comment: ${comment}`,
    `Public-Lines: ${publicLines.length}`,
    ...publicLines,
    `Private-Lines: ${privateLines.length}`,
    ...privateLines,
    `Private-MAC: ${mac.digest('hex')}`,
    '',
  ].join('\n')
}

function ppkPrivateBlob(parts: KeyParts): Buffer {
  switch (parts.type) {
    case 'ed25519':
      return wireString(parts.seed)
    case 'rsa':
      return Buffer.concat([parts.d, parts.p, parts.q, parts.inverse].map(wireMpint))
  }
}

function base64Lines(bytes: Buffer): string[] {
  return bytes.toString('base64').match(/.{1,64}/g) ?? []
}
