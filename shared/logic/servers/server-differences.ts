import type { DraftRole } from '../../model/farm-drafts.ts'
import type { Server } from '../../model/servers.ts'

/** One thing that a server has otherwise than its design says. */
export interface ServerDifference {
  /** The path within the farm role, such as `instanceType`. */
  path: string
  field: string
  design: string
  running: string
}

/** What names and images a comparison needs. */
export interface ServerComparison {
  role: (id: string) => string
  cloud: (id: string) => string
  image: (id: string) => string
  /** The image that a launch of the farm role would take now; null while it is not known. */
  designedImageId: string | null
}

/** Whether there is an instance whose properties can differ from a design. */
export function isComparable(server: Pick<Server, 'status' | 'cloudServerId'>): boolean {
  return (
    server.cloudServerId !== null && server.status !== 'terminated' && server.status !== 'pending-terminate'
  )
}

/** What a server that runs has otherwise than `design` says; only what is known of the server is held against it. */
export function compareServer(
  server: Server,
  design: DraftRole,
  known: ServerComparison,
): ServerDifference[] {
  const found: ServerDifference[] = []
  const note = (path: string, field: string, wanted: string, running: string): void => {
    if (wanted !== running) found.push({ path, field, design: wanted, running })
  }
  const { network, scaling, cloudFeatures } = design
  if (server.roleId !== design.roleId) note('roleId', 'role', known.role(design.roleId), server.role)
  if (server.cloudId !== design.cloudId) note('cloudId', 'cloud', known.cloud(design.cloudId), server.cloud)
  note('location', 'location', design.location, server.location)
  if (known.designedImageId !== null && known.designedImageId !== server.imageId) {
    note('roleId', 'image', known.image(known.designedImageId), known.image(server.imageId))
  }
  if (!cloudFeatures.backupInstanceTypes.includes(server.instanceType)) {
    note('instanceType', 'instance type', design.instanceType, server.instanceType)
  }
  if (server.zone !== null) {
    if (design.zone !== null) note('zone', 'zone', design.zone, server.zone)
    else if (design.zones.length > 0 && !design.zones.includes(server.zone)) {
      note('zones', 'zone', `one of ${design.zones.join(', ')}`, server.zone)
    }
  }
  const { subnetIds } = network
  if (server.subnetId !== null && subnetIds.length > 0 && !subnetIds.includes(server.subnetId)) {
    note('network.subnetIds', 'subnet', subnetIds.join(' or '), server.subnetId)
  }
  if (server.spot !== (cloudFeatures.spot !== null)) {
    note('cloudFeatures.spot', 'spot', cloudFeatures.spot ? 'on' : 'off', server.spot ? 'on' : 'off')
  }
  const index = String(server.index)
  const { publicIp, privateIp } = server
  const elasticIp = network.elasticIps.enabled ? network.elasticIps.addresses[index] : undefined
  if (elasticIp) {
    note('network.elasticIps', 'Elastic IP', elasticIp, publicIp ?? 'no public address')
  } else if (publicIp !== null && network.publicAddress === 'no' && !network.elasticIps.enabled) {
    note('network.publicAddress', 'public address', 'none', publicIp)
  } else if (publicIp === null && network.publicAddress === 'yes' && server.status === 'running') {
    note('network.publicAddress', 'public address', 'one', 'none')
  }
  const fixed = network.privateIps[index]
  if (fixed && privateIp !== null) {
    note('network.privateIps', 'private address', fixed, privateIp)
  }
  if (server.hostname !== null && network.hostname !== '' && !network.hostname.includes('{')) {
    note('network.hostname', 'host name', network.hostname, server.hostname)
  }
  if (scaling.enabled && scaling.max !== null && server.index > scaling.max) {
    note('scaling.max', 'index', `at most ${scaling.max}`, `#${index}`)
  }
  return found
}
