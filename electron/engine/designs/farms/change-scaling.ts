import { AppError } from '../../../../shared/model/errors.ts'
import type { Scaling } from '../../../../shared/model/farm-roles.ts'
import type { Clock } from '../../ports.ts'
import type { FarmStore } from './farm-store.ts'

/** Changes, for a person, how many servers a farm role keeps, in its newest design. Throws `input.not_found`. */
export async function changeScaling(
  { store, clock }: { store: FarmStore; clock: Clock },
  { farmId, farmRoleId }: { farmId: string; farmRoleId: string },
  change: (scaling: Scaling) => Scaling,
): Promise<void> {
  const design = store.design(farmId)
  const role = design.roles.find(({ id }) => id === farmRoleId)
  if (!role) {
    throw new AppError('input.not_found', { message: `“${design.name}” has no farm role ${farmRoleId}.` })
  }
  const scaling = change(role.scaling)
  const { min, max } = scaling
  await store.saveDesign(
    {
      ...design,
      updatedAt: new Date(clock.now()).toISOString(),
      roles: design.roles.map((one) => (one.id === farmRoleId ? { ...one, scaling } : one)),
    },
    {
      message: `${role.alias} of ${design.name} keeps ${min} to ${max} servers`,
      firedBy: 'person',
      data: { alias: role.alias, min, max, minBefore: role.scaling.min, maxBefore: role.scaling.max },
    },
  )
}
