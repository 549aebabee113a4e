import { Buffer } from 'node:buffer'
import { CloudError } from '../http/cloud-error.ts'

const maxBytes = 16_384

/** User data as it is given, in base64. Throws `InvalidParameterValue` when it is none or too long. */
export function readUserData(base64: string): string {
  const text = base64.replace(/\s+/g, '')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    throw new CloudError('InvalidParameterValue', 'Invalid BASE64 encoding of user data')
  }
  if (Buffer.from(text, 'base64').length > maxBytes) {
    throw new CloudError('InvalidParameterValue', `User data is limited to ${maxBytes} bytes`)
  }
  return text
}
