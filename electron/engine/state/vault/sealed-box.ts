import { Buffer } from 'node:buffer'
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { z } from 'zod'

const CIPHER = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16
/** Length of every key. */
export const KEY_BYTES = 32

/** AES-256-GCM output, each part in base64. */
export const SealedBox = z.strictObject({ iv: z.base64(), tag: z.base64(), data: z.base64() })
export type SealedBox = z.infer<typeof SealedBox>

/** Encrypts bytes under a key; they open only under the same `context`. */
export function seal(key: KeyObject | Buffer, context: string, plain: Buffer): SealedBox {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(context, 'utf8'))
  const data = Buffer.concat([cipher.update(plain), cipher.final()])
  return {
    iv: iv.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    data: data.toString('base64'),
  }
}

/** Decrypts; undefined when the key or the context is another one, or a bit has changed. Wipe the answer after use. */
export function unseal(key: KeyObject | Buffer, context: string, box: SealedBox): Buffer | undefined {
  const iv = Buffer.from(box.iv, 'base64')
  const tag = Buffer.from(box.tag, 'base64')
  if (iv.length !== IV_BYTES || tag.length !== TAG_BYTES) return undefined
  try {
    const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(context, 'utf8'))
    decipher.setAuthTag(tag)
    return Buffer.concat([decipher.update(Buffer.from(box.data, 'base64')), decipher.final()])
  } catch {
    return undefined
  }
}
