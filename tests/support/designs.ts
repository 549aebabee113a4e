import { FarmDesign, type FarmState } from '../../shared/model/farms.ts'
import { Server } from '../../shared/model/servers.ts'
import type { z } from 'zod'

const at = '2026-01-01T00:00:00.000Z'

/** A running server of farm role `web`; every field can be said otherwise. */
export function aServer(change: Partial<z.input<typeof Server>> = {}): Server {
  return Server.parse({
    id: 'server-1',
    farmId: 'farm-1',
    farmRoleId: 'web',
    farm: 'shop',
    alias: 'web',
    roleId: 'role-1',
    role: 'ubuntu',
    index: 1,
    status: 'running',
    since: at,
    waitingFor: null,
    cloudId: 'cloud-1',
    cloud: 'Sandbox',
    location: 'sandbox-east-1',
    zone: 'sandbox-east-1a',
    instanceType: 't3.micro',
    imageId: 'image-1',
    cloudImageId: 'ami-1',
    cloudServerId: 'i-1',
    instanceState: 'running',
    publicIp: '127.0.0.2',
    privateIp: '127.0.0.2',
    hostname: null,
    keyName: 'key',
    securityGroupIds: ['sg-1'],
    ssh: { host: '127.0.0.2', port: 2222, user: 'farmhand', hostKeyFingerprint: null },
    sshUser: 'farmhand',
    sshPort: 2222,
    agent: null,
    lock: null,
    error: null,
    attempts: 1,
    retryAt: null,
    rebooting: false,
    launchReason: 'farm-launched',
    terminateReason: null,
    launch: { token: 'token-1', position: 0, size: 1 },
    createdAt: at,
    launchedAt: at,
    runningAt: at,
    terminatedAt: null,
    absentSince: null,
    ...change,
  })
}

type FarmRoleInput = Partial<
  z.input<typeof FarmDesign>['roles'] extends (infer Role)[] | undefined ? Role : never
>

/** A farm design with one farm role for each given change; `web` when none is given. */
export function aFarm(
  change: Partial<z.input<typeof FarmDesign>> = {},
  roles: FarmRoleInput[] = [{}],
): FarmDesign {
  return FarmDesign.parse({
    id: 'farm-1',
    name: 'shop',
    createdAt: at,
    updatedAt: at,
    roles: roles.map((role) => ({
      id: role.alias ?? 'web',
      alias: 'web',
      roleId: 'role-1',
      cloudId: 'cloud-1',
      location: 'sandbox-east-1',
      instanceType: 't3.micro',
      ...role,
    })),
    ...change,
  })
}

/** The state of a farm that runs since the start of 2026. */
export function aFarmState(change: Partial<FarmState> = {}): FarmState {
  return {
    farmId: 'farm-1' as FarmState['farmId'],
    status: 'running',
    launchedAt: at,
    leaseEndsAt: null,
    leaseExtensions: 0,
    leaseWarned: null,
    hours: null,
    ranSince: null,
    hoursWarned: null,
    stoppedByHoursAt: null,
    termination: null,
    lock: null,
    reconciledAt: null,
    problem: null,
    paused: [],
    toldOf: null,
    saidBy: null,
    ...change,
  }
}
