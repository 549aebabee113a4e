import type { FarmRole } from '../../../../shared/model/farm-roles.ts'
import type { FarmDesign } from '../../../../shared/model/farms.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { launchBatches, serverTag } from '../../../../shared/logic/servers/launch-batches.ts'
import { TAGS } from '../../../../shared/model/tags.ts'
import { cloudNameOf, designTags } from '../../../../shared/logic/servers/server-tags.ts'
import { fillTemplate, templateValues } from '../../../../shared/logic/variables/templates.ts'
import { type LaunchRequest, plainLaunchOptions } from '../../clouds/index.ts'

/** What all servers of a farm role are launched with. */
export interface CommonLaunch {
  imageId: string
  keyName: string
  securityGroupIds: string[]
  /** Another root disk than the image's in its cloud, or null. */
  rootDisk: LaunchRequest['rootDisk']
}

export interface LaunchBatch {
  servers: Server[]
  request: Omit<LaunchRequest, 'clientToken'>
}

/**
 * The calls that launch these servers: those that are launched alike go together, so that a hundred servers take few calls;
 * a place, an address or a text of its own makes a call of its own. The servers' zone, subnet and type are what is asked for.
 */
export function launchRequests(
  farm: FarmDesign,
  role: FarmRole,
  servers: readonly Server[],
  common: CommonLaunch,
  workspaceId: string,
): LaunchBatch[] {
  const alike = new Map<string, { servers: Server[]; shape: Omit<LaunchRequest, 'clientToken' | 'count'> }>()
  for (const server of servers) {
    const shape = shapeOf(farm, role, server, common)
    const key = JSON.stringify(shape)
    const known = alike.get(key)
    if (known) known.servers.push(server)
    else alike.set(key, { servers: [server], shape })
  }
  return [...alike.values()].flatMap(({ servers, shape }) =>
    launchBatches(servers).map((batch) => ({
      servers: batch,
      request: {
        ...shape,
        count: batch.length,
        tags: {
          Name: nameOf(farm, role, batch),
          ...shape.tags,
          [TAGS.workspace]: workspaceId,
          [TAGS.farm]: farm.id,
          [TAGS.farmRole]: role.id,
          [TAGS.server]: serverTag(batch),
        },
      },
    })),
  )
}

function nameOf(farm: FarmDesign, role: FarmRole, batch: readonly Server[]): string {
  const [first] = batch
  return batch.length === 1 && first ? cloudNameOf(farm, role, first.index) : `${farm.name} ${role.alias}`
}

function shapeOf(
  farm: FarmDesign,
  role: FarmRole,
  server: Server,
  common: CommonLaunch,
): Omit<LaunchRequest, 'clientToken' | 'count'> {
  const { network, cloudFeatures: features } = role
  const values = { ...templateValues(server), cloud_image_id: common.imageId }
  return {
    ...plainLaunchOptions(),
    ...common,
    instanceType: server.instanceType,
    zone: server.zone,
    subnetId: server.subnetId,
    publicAddress: { subnet: null, yes: true, no: false }[network.publicAddress],
    privateIp: network.privateIps[String(server.index)] ?? null,
    userData: fillTemplate(role.userData, 'user-data', values),
    tags: designTags(farm, role, values),
    iamInstanceProfile: features.iamInstanceProfile,
    spot: features.spot,
    tenancy: features.tenancy,
    placementGroup: features.placementGroup,
    ebsOptimized: features.ebsOptimized,
    terminationProtection: features.terminationProtection && features.spot === null,
    shutdownBehavior: features.spot === null ? features.shutdownBehavior : 'stop',
    detailedMonitoring: features.detailedMonitoring,
    cpuCredits: features.cpuCredits,
    cpu: features.cpu,
  }
}
