import type { Subnet } from '../../model/clouds.ts'
import { subnetPlace } from '../addresses/subnet-place.ts'
import { type CheckedRole, listed, type Path, type Tell, tellRepeated } from './checked-role.ts'
import { hostnameTemplateFault } from './template-checks.ts'

/** VPC and subnets belong together and to the location; addresses fit the indexes and subnets; the host name can be one. */
export function checkNetwork(checked: CheckedRole, tell: Tell): void {
  const { network } = checked.values
  checkSubnets(checked, tell)
  if (network.elasticIps.enabled) {
    checkIndexed(checked, network.elasticIps.addresses, ['network', 'elasticIps', 'addresses'], tell)
  }
  checkIndexed(checked, network.privateIps, ['network', 'privateIps'], tell)
  checkPrivateIps(checked, tell)
  const fault = hostnameTemplateFault(network.hostname)
  if (fault !== null) tell(['network', 'hostname'], fault)
}

/** The VPC of a farm role: its own, or the default one; null while that is not known. */
export function vpcOf({ values, catalog }: CheckedRole): string | null {
  return values.network.vpcId ?? catalog?.vpcs.find(({ isDefault }) => isDefault)?.id ?? null
}

function checkSubnets(checked: CheckedRole, tell: Tell): void {
  const { values, catalog, location = 'The location' } = checked
  const { vpcId, subnetIds } = values.network
  const path = (at: number): Path => ['network', 'subnetIds', at]
  const vpcs = catalog?.vpcs ?? []
  if (vpcId !== null && vpcs.length > 0 && !vpcs.some(({ id }) => id === vpcId)) {
    tell(['network', 'vpcId'], `${location} has no VPC “${vpcId}”; it has ${listed(vpcs.map(vpcWords))}.`)
  }
  tellRepeated(
    subnetIds.map((id, at) => [path(at), id] as const),
    tell,
    (id) => `Subnet ${id} is named twice; name it once.`,
  )
  const wanted = vpcOf(checked)
  for (const [at, id] of subnetIds.entries()) {
    const subnet = catalog?.subnets.find((one) => one.id === id)
    if (!subnet) {
      if (catalog && catalog.subnets.length > 0) {
        tell(
          path(at),
          `${location} has no subnet “${id}”; choose one of its catalogue, or refresh the cloud.`,
        )
      }
    } else if (wanted !== null && subnet.vpcId !== wanted) {
      const vpc = vpcId === null ? `the default VPC ${wanted}` : wanted
      tell(
        path(at),
        `Subnet ${id} belongs to ${subnet.vpcId}, not to ${vpc}; choose that VPC, or another subnet.`,
      )
    }
  }
}

function vpcWords({ id, name }: { id: string; name: string | null }): string {
  return name === null ? id : `${id} (${name})`
}

/** Addresses by server index: no index above the maximum, no address twice. */
function checkIndexed(
  { values }: CheckedRole,
  addresses: Readonly<Record<string, string>>,
  path: Path,
  tell: Tell,
): void {
  const { max } = values.scaling
  for (const index of Object.keys(addresses)) {
    if (max > 0 && Number(index) > max) {
      const message = `There is no server ${index}: at most ${max} run. Raise the maximum, or remove the address.`
      tell([...path, index], message)
    }
  }
  tellRepeated(
    Object.entries(addresses).map(([index, address]) => [[...path, index], address] as const),
    tell,
    (address) => `${address} is given to another server already; each has its own address.`,
  )
}

function checkPrivateIps(checked: CheckedRole, tell: Tell): void {
  const { values, catalog } = checked
  const { subnetIds, privateIps } = values.network
  const known = catalog?.subnets ?? []
  const chosen = subnetIds.flatMap((id) => known.find((one) => one.id === id) ?? [])
  // A chosen subnet that is not known may hold any address.
  if (known.length === 0 || chosen.length < subnetIds.length) return
  const vpcId = vpcOf(checked)
  const subnets = chosen.length > 0 ? chosen : known.filter((one) => vpcId === null || one.vpcId === vpcId)
  for (const [index, address] of Object.entries(privateIps)) {
    const places = subnets.map(({ cidr }) => subnetPlace(address, cidr))
    const path = ['network', 'privateIps', index]
    if (places.includes('usable')) continue
    if (places.includes('reserved')) {
      tell(
        path,
        `${address} is kept by the cloud: the first four addresses of a subnet and its last one are.`,
      )
    } else {
      const where = chosen.length > 0 ? 'the chosen subnets' : 'the subnets of the VPC'
      tell(path, `${address} lies in none of ${where}: ${listed(subnets.map(subnetWords))}.`)
    }
  }
}

function subnetWords({ id, cidr }: Subnet): string {
  return `${id} (${cidr})`
}
