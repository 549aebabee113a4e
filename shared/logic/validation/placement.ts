import type { Subnet } from '../../model/clouds.ts'
import { type CheckedRole, listed, type Path, type Tell, tellRepeated } from './checked-role.ts'

/** Zones exist in the location, are said in one way only, and agree with the subnets. */
export function checkZones({ values, location, catalog }: CheckedRole, tell: Tell): void {
  if (location === undefined) return
  const { zone, zones, network } = values
  const known = catalog?.zones.map(({ name }) => name) ?? []
  const exists = (path: Path, name: string): boolean => {
    if (known.length > 0) {
      if (known.includes(name)) return true
      tell(path, `${location} has no zone “${name}”; it has ${listed(known)}.`)
      return false
    }
    if (name.startsWith(location)) return true
    tell(path, `Zone “${name}” is not in ${location}; choose a zone of that location, or none.`)
    return false
  }
  if (zone !== null) exists(['zone'], zone)
  for (const [at, name] of zones.entries()) exists(['zones', at], name)
  tellRepeated(
    zones.map((name, at) => [['zones', at], name] as const),
    tell,
    (name) => `Zone “${name}” is named twice; name it once.`,
  )
  if (zone !== null && zones.length > 0) {
    tell(['zones'], 'One zone and several zones to balance over exclude each other; keep one of the two.')
  }
  const subnets = network.subnetIds.flatMap((id) => catalog?.subnets.find((one) => one.id === id) ?? [])
  if (zone !== null) checkAgainstSubnets([zone], subnets, ['zone'], tell)
  else if (zones.length > 0) checkAgainstSubnets(zones, subnets, ['zones'], tell)
}

/** Subnets fix the zones: zones that are named besides have to be the same ones. */
function checkAgainstSubnets(
  zones: readonly string[],
  subnets: readonly Subnet[],
  path: Path,
  tell: Tell,
): void {
  const stray = subnets.find(({ zone }) => !zones.includes(zone))
  const bare = zones.find((zone) => subnets.length > 0 && !subnets.some((subnet) => subnet.zone === zone))
  if (stray) {
    const message = `Subnet ${stray.id} lies in ${stray.zone}, which is not named here; subnets fix the zones, so name none.`
    tell(path, message)
  } else if (bare !== undefined) {
    tell(path, `No chosen subnet lies in ${bare}; subnets fix the zones, so name none.`)
  }
}
