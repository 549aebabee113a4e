import ipaddr from 'ipaddr.js'

const { IPv4 } = ipaddr

/** Whether an IPv4 address lies in a block such as `10.0.0.0/20`; false for what is no address or no block. */
export function isInside(address: string, cidr: string): boolean {
  if (!IPv4.isValidFourPartDecimal(address) || !IPv4.isValidCIDRFourPartDecimal(cidr)) return false
  return IPv4.parse(address).match(IPv4.parseCIDR(cidr))
}

/** Whether a server can have an address in a subnet: inside of it, and not one that EC2 keeps: the first four and the last. */
export function subnetPlace(address: string, cidr: string): 'outside' | 'reserved' | 'usable' {
  if (!isInside(address, cidr)) return 'outside'
  const isOfFirstFour = IPv4.parse(address).match(IPv4.networkAddressFromCIDR(cidr), 30)
  const isLast = IPv4.broadcastAddressFromCIDR(cidr).toString() === address
  return isOfFirstFour || isLast ? 'reserved' : 'usable'
}
