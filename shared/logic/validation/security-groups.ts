import type { SecurityGroupRef } from '../../model/clouds.ts'
import { type CheckedRole, listed, type Path, type Tell, tellRepeated } from './checked-role.ts'
import { vpcOf } from './network.ts'

/** Groups that a farm role names are in the last known catalogue and in its VPC, each once. */
export function checkSecurityGroups(checked: CheckedRole, tell: Tell): void {
  const { values, catalog, location = 'The location' } = checked
  const { securityGroups } = values
  const [key, names] =
    securityGroups.mode === 'named'
      ? (['groups', securityGroups.groups] as const)
      : (['additional', securityGroups.additional] as const)
  const path = (at: number): Path => ['securityGroups', key, at]
  tellRepeated(
    names.map((name, at) => [path(at), name] as const),
    tell,
    (name) => `Security group ${name} is named twice; name it once.`,
  )
  // Every VPC has a group: none at all means that they are not known.
  const known = catalog?.securityGroups ?? []
  if (known.length === 0) return
  const vpcId = vpcOf(checked)
  const fits = (group: SecurityGroupRef): boolean =>
    vpcId === null || group.vpcId === null || group.vpcId === vpcId
  for (const [at, name] of names.entries()) {
    const found = known.filter((group) => group.id === name || group.name === name)
    if (found.some(fits)) continue
    const [other] = found
    if (other) {
      tell(
        path(at),
        `Security group ${name} belongs to ${other.vpcId ?? 'another network'}, and the farm role to ${vpcId ?? ''}; choose one of that VPC.`,
      )
    } else {
      const names = listed(known.filter(fits).map((group) => group.name))
      tell(
        path(at),
        `${location} has no security group “${name}”; choose one of its catalogue${names === '' ? '' : ` (${names})`}, or make it and refresh the cloud.`,
      )
    }
  }
}
