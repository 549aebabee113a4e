import type { Fault } from '../../model/errors.ts'
import { isDeprecated } from '../roles/deprecation.ts'
import { isRecord, type KnownRole } from './checked-role.ts'

interface KnownFarm {
  id: string
  roles?: readonly { id: string; roleId: string }[]
}

/** Whether a farm role may use its role: a deprecated one is kept where it is used, and a system role launches nothing. */
export function roleUseFaults(
  farmRole: unknown,
  role: KnownRole | undefined,
  roleKey: string,
  known: { farms: readonly KnownFarm[]; roles: readonly KnownRole[]; nowMs?: number | undefined },
  farmId: string | undefined,
): Fault[] {
  if (!isRecord(farmRole) || !role) return []
  const faults: Fault[] = []
  const { deprecated = null } = role
  const saved = known.farms.find(({ id }) => id === farmId)?.roles
  const isKept = saved?.some((old) => old.roleId === role.id) === true
  if (!isKept && isDeprecated({ deprecated }, known.nowMs ?? Number.POSITIVE_INFINITY)) {
    const instead = known.roles.find(({ id }) => id === deprecated?.replacementId)
    const words = instead ? `use “${instead.name}” instead.` : 'choose another.'
    faults.push({ path: roleKey, message: `Role “${role.name}” is deprecated; ${words}` })
  }
  const { scaling } = farmRole
  const isManual = isRecord(scaling) && scaling.enabled === false
  if (role.isSystem === true && !isManual) {
    faults.push({
      path: 'scaling.enabled',
      message: `Role “${role.name}” is for imported servers and launches none; set scaling to manual, or choose another role.`,
    })
  }
  return faults
}
