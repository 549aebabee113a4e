import { groupsOfLaunch } from '../../shared/logic/servers/server-security-groups.ts'
import { FarmDesign, FarmState } from '../../shared/model/farms.ts'
import { ServerId } from '../../shared/model/ids.ts'
import type { Server } from '../../shared/model/servers.ts'
import type { CloudInstance } from '../../electron/engine/clouds/index.ts'
import { TAGS } from '../../shared/model/tags.ts'
import { aServer } from '../support/designs.ts'
import { aCloudInstance } from '../support/memory-instances.ts'

/** Farms with running servers, spread evenly, as a workspace of many months would hold them. */
export interface LargeWorkspace {
  farms: FarmDesign[]
  states: FarmState[]
  servers: Server[]
  instances: CloudInstance[]
}

/** Every server runs and every instance agrees with its record, so that a pass has nothing to do but to find that out. */
export function largeWorkspace(parts: {
  farms: number
  servers: number
  cloudId: string
  roleId: string
  location: string
  workspaceId: string
}): LargeWorkspace {
  const at = new Date(Date.now() - 3_600_000).toISOString()
  const perFarm = Math.ceil(parts.servers / parts.farms)
  const made: LargeWorkspace = { farms: [], states: [], servers: [], instances: [] }
  for (let f = 0; f < parts.farms; f += 1) {
    const farm = FarmDesign.parse({
      id: `farm${f}`,
      name: `farm ${f}`,
      createdAt: at,
      updatedAt: at,
      roles: [
        {
          id: `farm${f}-web`,
          alias: 'web',
          roleId: parts.roleId,
          cloudId: parts.cloudId,
          location: parts.location,
          instanceType: 't3.micro',
          scaling: { enabled: true, min: Math.min(perFarm, 400), max: Math.min(perFarm, 400) },
        },
      ],
    })
    made.farms.push(farm)
    made.states.push(
      FarmState.parse({
        farmId: farm.id,
        status: 'running',
        launchedAt: at,
        lock: null,
        reconciledAt: null,
        problem: null,
        paused: [],
      }),
    )
    for (let index = 1; index <= perFarm && made.servers.length < parts.servers; index += 1) {
      const number = made.servers.length
      const server = aServer({
        id: `s${String(number).padStart(11, '0')}`,
        farmId: farm.id,
        farm: farm.name,
        farmRoleId: `farm${f}-web`,
        roleId: parts.roleId,
        index,
        cloudId: parts.cloudId,
        location: parts.location,
        cloudServerId: `i-${String(number).padStart(17, '0')}`,
        publicIp: `10.${Math.floor(number / 65536)}.${Math.floor(number / 256) % 256}.${number % 256}`,
        createdAt: at,
        since: at,
        launchedAt: at,
        runningAt: at,
        launch: { token: `t${number}`, position: 0, size: 1 },
        groups: groupsOfLaunch({ securityGroups: { mode: 'default', additional: [] } }, ['sg-1']),
      })
      const ssh = { host: server.publicIp ?? '', port: 2222, user: 'farmhand', hostKeyFingerprint: null }
      made.servers.push({ ...server, id: ServerId.parse(server.id), ssh })
      made.instances.push(
        aCloudInstance({
          id: server.cloudServerId ?? '',
          zone: server.zone,
          instanceType: server.instanceType,
          imageId: server.cloudImageId ?? '',
          keyName: server.keyName,
          publicIp: server.publicIp,
          privateIp: server.privateIp,
          securityGroups: server.securityGroupIds.map((id) => ({ id, name: id })),
          tags: { [TAGS.workspace]: parts.workspaceId, [TAGS.server]: server.id },
          launchedAt: at,
        }),
      )
    }
  }
  return made
}
