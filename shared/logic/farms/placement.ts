import type { FarmRole } from '../../model/farm-roles.ts'
import type { Subnet } from '../../model/clouds.ts'
import { isInside } from '../addresses/subnet-place.ts'

/** Where an instance is asked for; null: the cloud decides. */
export interface Place {
  zone: string | null
  subnetId: string | null
}

/** What a farm role says about places. */
export type PlacementRules = Pick<FarmRole, 'zone' | 'zones' | 'network'>

export interface PlacementInput {
  rules: PlacementRules
  /** The location's subnets; needed only when `needsSubnets`. */
  subnets: readonly Subnet[]
  /** The servers to place. */
  servers: readonly { id: string; index: number }[]
  /** Where the farm role's live servers are. */
  live: readonly Place[]
  /** Zones and subnets that had no room just now; taken only when there is no other. */
  avoid?: ReadonlySet<string>
  /** The zone that an index is bound to by its volumes, or null. */
  homeZone?: (index: number) => string | null
}

/** Whether placing asks for knowledge of the location's subnets. */
export function needsSubnets({ network }: PlacementRules): boolean {
  return network.subnetIds.length > 0 || network.vpcId !== null || Object.keys(network.privateIps).length > 0
}

/** The VPC in which a farm role's security groups are made; null: the default one. */
export function vpcOf({ network }: PlacementRules, subnets: readonly Subnet[]): string | null {
  return network.vpcId ?? subnets.find(({ id }) => network.subnetIds.includes(id))?.vpcId ?? null
}

interface Candidate extends Place {
  cidr: string | null
}

/**
 * A place for each server: the home zone of its index if that may be, then the least filled zone or subnet, in the order in
 * which the farm role names them. A server that fits nowhere has a sentence instead.
 */
export function placeServers(input: PlacementInput): Map<string, Place | string> {
  const { rules, servers, live, avoid, homeZone } = input
  const filled = new Map<string, number>()
  const fill = (place: Place): void => {
    for (const key of new Set([place.subnetId, place.zone])) {
      if (key !== null) filled.set(key, (filled.get(key) ?? 0) + 1)
    }
  }
  for (const place of live) fill(place)
  const level = ({ subnetId, zone }: Place): number => filled.get(subnetId ?? zone ?? '') ?? 0
  const isAvoided = ({ subnetId, zone }: Place): boolean =>
    (subnetId !== null && avoid?.has(subnetId) === true) || (zone !== null && avoid?.has(zone) === true)
  const places = new Map<string, Place | string>()
  for (const server of [...servers].sort((a, b) => a.index - b.index)) {
    const privateIp = rules.network.privateIps[String(server.index)]
    const fitting = candidates(input, privateIp !== undefined).filter(
      ({ cidr }) => privateIp === undefined || (cidr !== null && isInside(privateIp, cidr)),
    )
    if (fitting.length === 0) {
      places.set(server.id, noPlace(rules, privateIp))
      continue
    }
    const home = homeZone?.(server.index) ?? null
    const choice = preferring(
      preferring(fitting, ({ zone }) => zone === home || zone === null),
      (place) => !isAvoided(place),
    ).reduce((best, place) => (level(place) < level(best) ? place : best))
    const place = { zone: choice.zone ?? home, subnetId: choice.subnetId }
    fill(place)
    places.set(server.id, place)
  }
  return places
}

/** Those that satisfy the wish, or all when none does. */
function preferring<T>(all: readonly T[], wish: (one: T) => boolean): readonly T[] {
  const wished = all.filter(wish)
  return wished.length > 0 ? wished : all
}

function candidates({ rules, subnets }: PlacementInput, hasPrivateIp: boolean): Candidate[] {
  const { zone, zones, network } = rules
  const wanted = zone !== null ? [zone] : zones
  const inWantedZone = (place: Place): boolean =>
    wanted.length === 0 || place.zone === null || wanted.includes(place.zone)
  const ofSubnet = (subnet: Subnet): Candidate => ({
    zone: subnet.zone,
    subnetId: subnet.id,
    cidr: subnet.cidr,
  })
  if (network.subnetIds.length > 0) {
    return network.subnetIds
      .map((id): Candidate => {
        const subnet = subnets.find((known) => known.id === id)
        return subnet ? ofSubnet(subnet) : { zone: null, subnetId: id, cidr: null }
      })
      .filter(inWantedZone)
  }
  if (network.vpcId !== null) {
    return subnets
      .filter(({ vpcId }) => vpcId === network.vpcId)
      .map(ofSubnet)
      .filter(inWantedZone)
  }
  if (hasPrivateIp) {
    return subnets
      .filter(({ isDefault }) => isDefault)
      .map(ofSubnet)
      .filter(inWantedZone)
  }
  if (wanted.length === 0) return [{ zone: null, subnetId: null, cidr: null }]
  return wanted.map((name) => ({ zone: name, subnetId: null, cidr: null }))
}

function noPlace({ zone, zones, network }: PlacementRules, privateIp: string | undefined): string {
  if (privateIp !== undefined) {
    return `The private address ${privateIp} lies in none of the subnets that the farm role may use. Choose an address of one of them.`
  }
  const wanted = zone !== null ? [zone] : zones
  const where = network.vpcId === null ? 'the chosen subnets' : `VPC ${network.vpcId}`
  return wanted.length === 0
    ? `${where} has no subnet. Make one, or choose another VPC.`
    : `None of ${where} is in ${wanted.join(', ')}. Choose a subnet there, or another zone.`
}
