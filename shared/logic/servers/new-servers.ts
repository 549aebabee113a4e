import { ServerId } from '../../model/ids.ts'
import type { Image } from '../../model/images.ts'
import type { FarmDesign } from '../../model/farms.ts'
import type { Server } from '../../model/servers.ts'
import type { Decision } from '../farms/farm-decisions.ts'
import { iso, type LifeEvent, serverName, told } from './server-steps.ts'

/** What a new server's record takes from outside its farm's design. */
export interface NewServerFacts {
  role: string
  cloud: string
  image: Image
  newId: () => string
  nowMs: number
}

/** The records of servers that a farm decided to have, before the cloud is asked for them (reference 4.3: Pending launch). */
export function newServers(
  farm: Pick<FarmDesign, 'id' | 'name'>,
  decision: Extract<Decision, { kind: 'create' }>,
  facts: NewServerFacts,
): Server[] {
  const { farmRole: role } = decision
  const { image } = facts
  const now = iso(facts.nowMs)
  return decision.indexes.map((index): Server => ({
    id: ServerId.parse(facts.newId()),
    farmId: farm.id,
    farmRoleId: role.id,
    farm: farm.name,
    alias: role.alias,
    roleId: role.roleId,
    role: facts.role,
    index,
    status: 'pending-launch',
    since: now,
    waitingFor: 'the cloud',
    cloudId: role.cloudId,
    cloud: facts.cloud,
    location: role.location,
    zone: role.zone,
    instanceType: role.instanceType,
    imageId: image.id,
    cloudImageId: null,
    cloudServerId: null,
    platform: image.os.family === 'windows' ? 'windows' : 'linux',
    rootDevice: null,
    instanceState: null,
    publicIp: null,
    privateIp: null,
    hostname: null,
    keyName: null,
    securityGroupIds: [],
    ssh: null,
    sshUser: image.ssh.user,
    sshPort: image.ssh.port,
    agent: null,
    lock: null,
    error: null,
    attempts: 0,
    retryAt: null,
    rebooting: false,
    restart: null,
    heldFrom: null,
    launchReason: decision.reason,
    replacementOf: decision.replaces ?? null,
    terminateReason: null,
    terminateAt: null,
    terminationProtected: role.cloudFeatures.terminationProtection,
    launch: null,
    createdAt: now,
    launchedAt: null,
    runningAt: null,
    terminatedAt: null,
    absentSince: null,
    prepared: [],
    initFailedAt: null,
    subnetId: null,
    elasticIp: null,
    spot: role.cloudFeatures.spot !== null,
  }))
}

/** What is told of a server that was just recorded. */
export function createdEvent(server: Server): LifeEvent {
  const isByHand = server.launchReason === 'manual' || server.launchReason === 'manual-api'
  return told('ServerCreated', `${serverName(server)} is to be launched`, isByHand ? 'person' : 'system')
}
