import { describe, expect, test } from 'vitest'
import { aFarm } from '../../../tests/support/designs.ts'
import type { Subnet } from '../../model/clouds.ts'
import { needsSubnets, type Place, placeServers, type PlacementInput, vpcOf } from './placement.ts'

type RoleChange = NonNullable<Parameters<typeof aFarm>[1]>[number]

function rules(change: RoleChange) {
  const [role] = aFarm({}, [change]).roles
  if (!role) throw new Error('a farm of one role')
  return role
}

function subnet(id: string, zone: string, third: number, change: Partial<Subnet> = {}): Subnet {
  return {
    id,
    name: null,
    vpcId: 'vpc-1',
    zone,
    cidr: `10.0.${third}.0/24`,
    freeAddresses: 200,
    publicByDefault: false,
    isDefault: false,
    ...change,
  }
}

const subnets = [
  subnet('subnet-a', 'a', 0),
  subnet('subnet-b', 'b', 1),
  subnet('subnet-b2', 'b', 2, { vpcId: 'vpc-2' }),
  subnet('subnet-d', 'a', 9, { vpcId: 'vpc-0', isDefault: true }),
]

/** The places of servers #1 to #count, as `zone/subnet`. */
function places(change: RoleChange, input: Partial<PlacementInput> & { count?: number } = {}): string[] {
  const { count = 3, ...rest } = input
  const servers = Array.from({ length: count }, (_, at) => ({ id: `s${at + 1}`, index: at + 1 }))
  const placed = placeServers({ rules: rules(change), subnets, servers, live: [], ...rest })
  return servers.map(({ id }) => {
    const place = placed.get(id)
    return typeof place === 'object' ? `${place.zone ?? ''}/${place.subnetId ?? ''}` : (place ?? '')
  })
}

const inZone = (zone: string): Place => ({ zone, subnetId: null })

describe('zones', () => {
  test('nothing said: the cloud decides', () => {
    expect(places({})).toEqual(['/', '/', '/'])
  })
  test('one zone', () => {
    expect(places({ zone: 'b' })).toEqual(['b/', 'b/', 'b/'])
  })
  test('balanced, in the order of the farm role', () => {
    expect(places({ zones: ['b', 'a'] }, { count: 5 })).toEqual(['b/', 'a/', 'b/', 'a/', 'b/'])
  })
  test('the least filled first', () => {
    expect(places({ zones: ['a', 'b', 'c'] }, { live: [inZone('a'), inZone('a'), inZone('b')] })).toEqual([
      'c/',
      'b/',
      'c/',
    ])
  })
  test('one without room is taken only when there is no other', () => {
    expect(places({ zones: ['a', 'b'] }, { avoid: new Set(['a']) })).toEqual(['b/', 'b/', 'b/'])
    expect(places({ zones: ['a', 'b'] }, { count: 2, avoid: new Set(['a', 'b']) })).toEqual(['a/', 'b/'])
    expect(places({ zone: 'a' }, { count: 1, avoid: new Set(['a']) })).toEqual(['a/'])
  })
  test('an index goes home to the zone of its volumes', () => {
    const homeZone = (index: number) => (index === 2 ? 'a' : null)
    expect(places({ zones: ['b', 'a'] }, { homeZone })).toEqual(['b/', 'a/', 'b/'])
    expect(places({}, { homeZone })).toEqual(['/', 'a/', '/'])
    // A farm role that is bound to another zone by now wins.
    expect(places({ zone: 'b' }, { homeZone })).toEqual(['b/', 'b/', 'b/'])
  })
})

describe('subnets', () => {
  test('balanced over those named', () => {
    expect(places({ network: { subnetIds: ['subnet-b', 'subnet-a'] } })).toEqual([
      'b/subnet-b',
      'a/subnet-a',
      'b/subnet-b',
    ])
  })
  test('all of a VPC when none is named', () => {
    expect(places({ network: { vpcId: 'vpc-1' } }, { count: 2 })).toEqual(['a/subnet-a', 'b/subnet-b'])
  })
  test('only those in the wanted zones', () => {
    expect(places({ zone: 'b', network: { vpcId: 'vpc-1' } })).toEqual(
      Array.from({ length: 3 }, () => 'b/subnet-b'),
    )
    expect(places({ zone: 'c', network: { vpcId: 'vpc-1' } }, { count: 1 })[0]).toMatch(/None of VPC vpc-1/)
  })
  test('one that is not known is left to the cloud to refuse', () => {
    expect(places({ network: { subnetIds: ['subnet-x'] } }, { count: 1 })).toEqual(['/subnet-x'])
  })
  test('a fixed private address decides the subnet', () => {
    const network = { subnetIds: ['subnet-a', 'subnet-b'], privateIps: { '1': '10.0.1.7', '3': '10.9.9.9' } }
    const [first, second, third] = places({ network })
    expect([first, second]).toEqual(['b/subnet-b', 'a/subnet-a'])
    expect(third).toMatch(/10\.9\.9\.9 lies in none/)
    const byDefault = places({ network: { privateIps: { '2': '10.0.9.4' } } }, { count: 2 })
    expect(byDefault).toEqual(['/', 'a/subnet-d'])
  })
  test('the VPC of the security groups', () => {
    expect(vpcOf(rules({}), subnets)).toBeNull()
    expect(vpcOf(rules({ network: { subnetIds: ['subnet-b2'] } }), subnets)).toBe('vpc-2')
    expect(vpcOf(rules({ network: { vpcId: 'vpc-1' } }), subnets)).toBe('vpc-1')
  })
  test('subnets are asked for only when they matter', () => {
    expect(needsSubnets(rules({ zones: ['a'] }))).toBe(false)
    expect(needsSubnets(rules({ network: { vpcId: 'vpc-1' } }))).toBe(true)
  })
})
