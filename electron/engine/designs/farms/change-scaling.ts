import type { Scaling } from '../../../../shared/model/farm-roles.ts'
import type { Clock } from '../../ports.ts'
import type { FarmStore } from './farm-store.ts'

/** Changes how many servers a farm role keeps, in its newest design. Throws `input.not_found`. */
export async function changeScaling(
  { store, clock }: { store: FarmStore; clock: Clock },
  { farmId, farmRoleId }: { farmId: string; farmRoleId: string },
  change: (scaling: Scaling) => Scaling,
): Promise<void> {
  const design = store.design(farmId)
  await store.saveDesign({
    ...design,
    updatedAt: new Date(clock.now()).toISOString(),
    roles: design.roles.map((role) =>
      role.id === farmRoleId ? { ...role, scaling: change(role.scaling) } : role,
    ),
  })
}
