/** A block of addresses in its one spelling, or the sentence that says what is wrong with a text. */
export type CidrReading = { cidr: string } | { fault: string }

const EXAMPLE = 'Give a block such as 10.0.0.0/8, 203.0.113.7/32 or 2001:db8::/32.'

/**
 * Reads a block of IPv4 or IPv6 addresses as EC2 keeps it: a single address is a block of one, bits behind the prefix are
 * cleared, IPv6 is written short. `anywhere` stands for every IPv4 address.
 */
export function readCidr(text: string): CidrReading {
  const trimmed = text.trim().toLowerCase()
  if (trimmed === '') return { fault: EXAMPLE }
  if (trimmed === 'anywhere') return { cidr: '0.0.0.0/0' }
  const [address = '', prefix, ...rest] = trimmed.split('/')
  const isV6 = address.includes(':')
  const bits = isV6 ? 128 : 32
  const groups = isV6 ? v6Groups(address) : v4Octets(address)
  if (rest.length > 0 || !groups) return { fault: EXAMPLE }
  if (prefix !== undefined && (!/^\d{1,3}$/.test(prefix) || Number(prefix) > bits)) {
    return { fault: `The number after the slash is from 0 to ${String(bits)}.` }
  }
  const length = prefix === undefined ? bits : Number(prefix)
  const size = isV6 ? 16 : 8
  const cleared = groups.map((value, at) => {
    const kept = Math.min(size, Math.max(0, length - at * size))
    return (value >> (size - kept)) << (size - kept)
  })
  return { cidr: `${isV6 ? v6Text(cleared) : cleared.join('.')}/${String(length)}` }
}

/** Is it every address of its family? */
export function isEverywhere(cidr: string): boolean {
  return cidr === '0.0.0.0/0' || cidr === '::/0'
}

function v4Octets(text: string): number[] | undefined {
  const parts = text.split('.')
  const isAddress = parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part))
  const octets = parts.map(Number)
  return isAddress && octets.every((octet) => octet <= 255) ? octets : undefined
}

/** The eight groups of an IPv6 address; `::` stands for as many zeros as are missing, and only once. */
function v6Groups(text: string): number[] | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':').map(v6Group)))
  const given = [...head, ...tail]
  if (given.some((group) => group === undefined)) return undefined
  const missing = 8 - given.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const zeros = Array.from({ length: missing }, () => 0)
  return [...head, ...zeros, ...tail].map((group) => group ?? 0)
}

function v6Group(text: string): number | undefined {
  return /^[0-9a-f]{1,4}$/.test(text) ? Number.parseInt(text, 16) : undefined
}

/** RFC 5952: the longest run of at least two zero groups becomes `::`, the first of equally long ones. */
function v6Text(groups: readonly number[]): string {
  let best = { start: -1, length: 1 }
  for (let start = 0; start < groups.length; start += 1) {
    let length = 0
    while (groups[start + length] === 0) length += 1
    if (length > best.length) best = { start, length }
  }
  const words = groups.map((group) => group.toString(16))
  if (best.start === -1) return words.join(':')
  return `${words.slice(0, best.start).join(':')}::${words.slice(best.start + best.length).join(':')}`
}
