import { expect, it } from 'vitest'
import type { Farm } from '../../model/farms.ts'
import type { Image } from '../../model/images.ts'
import type { Role } from '../../model/roles.ts'
import type { Server } from '../../model/servers.ts'
import { outcomeOf, planReplaceImage, replaceFaults } from './replace-plan.ts'
import { usageOfImage, usageOfRole } from '../roles/usage.ts'

const image = (change: Partial<Image> = {}): Image =>
  ({
    id: 'old',
    name: 'old',
    cloudId: 'c',
    location: 'east',
    os: { family: 'debian', version: '13' },
    architecture: 'x86_64',
    deprecated: null,
    ...change,
  }) as Image
const farm = {
  id: 'f',
  name: 'shop',
  roles: [
    { id: 'fr', alias: 'web', roleId: 'r', cloudId: 'c', location: 'east' },
    { id: 'fr2', alias: 'far', roleId: 'r', cloudId: 'c', location: 'west' },
  ],
  state: { status: 'running', lock: null },
} as unknown as Farm
const role = { id: 'r', name: 'base', imageIds: ['old'] } as unknown as Role
const server = (change: object = {}): Server =>
  ({
    id: 's1',
    farmId: 'f',
    farmRoleId: 'fr',
    farm: 'shop',
    alias: 'web',
    index: 1,
    roleId: 'r',
    imageId: 'old',
    status: 'running',
    lock: null,
    launchReason: 'farm-launched',
    ...change,
  }) as unknown as Server

it.each([
  [{ id: 'new' }, 0],
  [{}, 1],
  [{ id: 'new', location: 'west' }, 1],
  [{ id: 'new', os: { family: 'ubuntu', version: '' } }, 1],
  [{ id: 'new', architecture: 'arm64' }, 1],
] as const)('an image %j in place of the old one has %i faults', (change, count) => {
  expect(replaceFaults(image(), image(change as Partial<Image>))).toHaveLength(count)
})

it.each([
  [server(), true, 'rebuilt'],
  [server(), false, 'kept'],
  [server({ status: 'suspended' }), true, 'kept'],
  [server({ lock: { comment: 'mine' } }), true, 'kept'],
  [server({ launchReason: 'imported' }), true, 'kept'],
] as const)('a server is rebuilt only where that is safe (%#)', (one, rebuild, outcome) => {
  expect(outcomeOf(one, farm, rebuild).outcome).toBe(outcome)
})

it('plans over roles, farm roles of the place, and their servers', () => {
  const known = {
    roles: [role],
    farms: [farm],
    servers: [
      server(),
      server({ id: 's2', imageId: 'new', index: 2 }),
      server({ id: 's3', status: 'terminated' }),
    ],
    nowMs: 0,
  }
  const plan = planReplaceImage(image(), image({ id: 'new' as Image['id'], name: 'new' }), known, {
    rebuild: true,
  })
  expect(plan.faults).toEqual([])
  expect(plan.counts).toEqual({ roles: 1, farms: 1, rebuilt: 1, kept: 0 })
  expect(plan.roles[0]?.farmRoles.map(({ alias }) => alias)).toEqual(['web'])
})

it('tells who uses a role and an image', () => {
  expect(usageOfRole('r', [farm], [server(), server({ id: 's3', status: 'terminated' })])).toEqual({
    farms: [{ id: 'f', name: 'shop', aliases: ['web', 'far'] }],
    servers: [{ id: 's1', name: 'web #1 of shop' }],
  })
  expect(usageOfImage(image(), [role], [farm], [server()])).toMatchObject({
    roles: [{ name: 'base' }],
    farms: [{ name: 'shop', aliases: ['web'] }],
    servers: [{ name: 'web #1 of shop' }],
  })
})
