/** An IPv4 address as a number; null for anything else. */
export function ipv4Number(address: string): number | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number)
  if (!parts || parts.some((part) => part > 255)) return null
  return parts.reduce((sum, part) => sum * 256 + part, 0)
}

/** First and last address of an IPv4 block such as `10.0.0.0/24`; null for anything else. */
export function ipv4Range(cidr: string): { first: number; last: number } | null {
  const [address = '', bits = ''] = cidr.split('/')
  const start = ipv4Number(address)
  const length = /^\d{1,2}$/.test(bits) ? Number(bits) : 33
  if (start === null || length > 32) return null
  const size = 2 ** (32 - length)
  const first = Math.floor(start / size) * size
  return { first, last: first + size - 1 }
}

/** How many addresses at the start of a subnet EC2 keeps for itself; it also keeps the last one. */
const RESERVED_FIRST = 4

/** Whether a server can have an address in a subnet: inside of it, and not one that EC2 keeps. */
export function subnetPlace(address: string, cidr: string): 'outside' | 'reserved' | 'usable' {
  const [number, range] = [ipv4Number(address), ipv4Range(cidr)]
  if (number === null || range === null || number < range.first || number > range.last) return 'outside'
  return number < range.first + RESERVED_FIRST || number === range.last ? 'reserved' : 'usable'
}
