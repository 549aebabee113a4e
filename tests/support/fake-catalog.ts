import { Catalog } from '../../shared/model/clouds.ts'
import { fakeInstanceTypes } from './fake-data.ts'

/** A believable catalogue of a location: three zones, a default VPC and another one with public and private subnets. */
export function fakeCatalog(cloudId: string, location: string, at: string): Catalog {
  const letters = ['a', 'b', 'c']
  const subnet = (vpcId: string, kind: string, letter: string, block: number) => ({
    id: `subnet-${kind}-${letter}`,
    name: kind === 'home' ? null : `shop ${kind} ${letter}`,
    vpcId,
    zone: `${location}${letter}`,
    cidr: vpcId === 'vpc-shop' ? `10.20.${String(block)}.0/24` : `172.31.${String(block * 16)}.0/20`,
    freeAddresses: 240,
    publicByDefault: kind !== 'private',
    isDefault: kind === 'home',
  })
  return Catalog.parse({
    cloudId,
    location,
    fetchedAt: at,
    zones: letters.map((letter) => ({ name: `${location}${letter}`, state: 'available' })),
    instanceTypes: fakeInstanceTypes,
    securityGroups: [
      { id: 'sg-0a1', name: 'monitoring', description: 'Scrapes metrics', vpcId: 'vpc-shop' },
      { id: 'sg-0a2', name: 'bastion', description: 'SSH from the office', vpcId: 'vpc-shop' },
    ],
    vpcs: [
      { id: 'vpc-home', name: null, cidr: '172.31.0.0/16', isDefault: true },
      { id: 'vpc-shop', name: 'shop', cidr: '10.20.0.0/16', isDefault: false },
    ],
    subnets: letters.flatMap((letter, n) => [
      subnet('vpc-home', 'home', letter, n),
      subnet('vpc-shop', 'public', letter, n),
      subnet('vpc-shop', 'private', letter, n + 10),
    ]),
    prices: {
      currency: 'USD',
      asOf: at,
      hourly: { 't4g.micro': 0.0092, 't3.micro': 0.012, 't3.medium': 0.048, 'm7g.large': 0.0979 },
    },
  })
}
