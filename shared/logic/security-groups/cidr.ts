import ipaddr from 'ipaddr.js'

/** A block of addresses in its one spelling, or the sentence that says what is wrong with a text. */
export type CidrReading = { cidr: string } | { fault: string }

const EXAMPLE = 'Give a block such as 10.0.0.0/8, 203.0.113.7/32 or 2001:db8::/32.'

/**
 * Reads a block of IPv4 or IPv6 addresses as EC2 keeps it: a single address is a block of one, bits behind the prefix are
 * cleared, IPv6 is written short. `anywhere` stands for every IPv4 address.
 */
export function readCidr(text: string): CidrReading {
  const trimmed = text.trim().toLowerCase()
  if (trimmed === 'anywhere') return { cidr: '0.0.0.0/0' }
  const [address = '', prefix, ...rest] = trimmed.split('/')
  const isV6 = address.includes(':')
  if (rest.length > 0 || !(isV6 ? isV6Address(address) : ipaddr.IPv4.isValidFourPartDecimal(address))) {
    return { fault: EXAMPLE }
  }
  const bits = isV6 ? 128 : 32
  if (prefix !== undefined && (!/^\d{1,3}$/.test(prefix) || Number(prefix) > bits)) {
    return { fault: `The number after the slash is from 0 to ${String(bits)}.` }
  }
  const length = prefix === undefined ? bits : Number(prefix)
  const block = `${address}/${String(length)}`
  const network = isV6
    ? ipaddr.IPv6.networkAddressFromCIDR(block).toRFC5952String()
    : ipaddr.IPv4.networkAddressFromCIDR(block).toString()
  return { cidr: `${network}/${String(length)}` }
}

/** Is it every address of its family? */
export function isEverywhere(cidr: string): boolean {
  return cidr === '0.0.0.0/0' || cidr === '::/0'
}

/** An address in hexadecimal groups: no zone, and no IPv4 address at its end. */
function isV6Address(text: string): boolean {
  return /^[0-9a-f:]+$/.test(text) && ipaddr.IPv6.isValid(text)
}
