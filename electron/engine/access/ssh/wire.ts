import { Buffer } from 'node:buffer'

/** An SSH `string`: its length as four bytes, then its bytes (RFC 4251, section 5). */
export function wireString(value: string | Uint8Array): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value
  return Buffer.concat([wireUint32(bytes.length), bytes])
}

/** An SSH `mpint` of an unsigned big-endian number: no leading zeros, but one where the top bit is set. */
export function wireMpint(unsigned: Uint8Array): Buffer {
  let start = 0
  while (start < unsigned.length && unsigned[start] === 0) start += 1
  const digits = unsigned.subarray(start)
  const needsSign = (digits[0] ?? 0) >= 0x80
  return wireString(needsSign ? Buffer.concat([Buffer.of(0), digits]) : digits)
}

export function wireUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
