import { FarmDesign, FarmState } from '../../shared/model/farms.ts'
import type { Server } from '../../shared/model/servers.ts'
import { aServer } from '../support/designs.ts'

/** A farm of many farm roles, each with every group filled, three running servers each. */
export function largeFarm(parts: {
  roles: number
  roleId: string
  cloudId: string
  location: string
  instanceType: string
}): { farm: FarmDesign; state: FarmState; servers: Server[] } {
  const at = new Date(Date.now() - 3_600_000).toISOString()
  const { roleId, cloudId, location, instanceType } = parts
  const farm = FarmDesign.parse({
    id: 'large',
    name: 'large farm',
    launchOrder: 'sequential',
    tags: { owner: 'bench' },
    createdAt: at,
    updatedAt: at,
    roles: Array.from({ length: parts.roles }, (_, n) => ({
      id: `large-${n}`,
      alias: `tier-${n + 1}`,
      roleId,
      cloudId,
      location,
      instanceType,
      launchIndex: Math.floor(n / 4),
      scaling: { min: 3, max: 6 },
      network: {
        hostname: 'tier-{index}.example.com',
        elasticIps: { enabled: true, addresses: { 1: `203.0.${n}.1`, 2: `203.0.${n}.2` } },
      },
      storage: {
        root: { sizeGib: 20, type: 'gp3' },
        volumes: [
          { name: 'data', sizeGib: 100, mountPoint: '/mnt/data', snapshots: {} },
          { name: 'logs', sizeGib: 50, mountPoint: '/mnt/logs', raid: { level: 10, disks: 4 } },
        ],
      },
      cloudFeatures: { nameTemplate: '{alias}-{index}', iamInstanceProfile: 'web' },
      health: { enabled: true },
      tags: { team: `team-${n % 10}`, tier: String(n) },
      userData: '#!/bin/sh\necho {farmhand.alias} > /etc/tier\n',
    })),
  })
  const state = FarmState.parse({
    farmId: farm.id,
    status: 'running',
    launchedAt: at,
    lock: null,
    reconciledAt: null,
    problem: null,
    paused: [],
  })
  const servers = farm.roles.flatMap((role) =>
    [1, 2, 3].map((index) =>
      aServer({
        id: `${role.id}-${index}`,
        farmId: farm.id,
        farm: farm.name,
        farmRoleId: role.id,
        alias: role.alias,
        roleId: role.roleId,
        cloudId: role.cloudId,
        location: role.location,
        instanceType: role.instanceType,
        zone: `${role.location}a`,
        index,
      }),
    ),
  )
  return { farm, state, servers }
}
