import type { CheckedRole, Tell } from './checked-role.ts'
import { checkCloudFeatures } from './cloud-features.ts'
import { checkInstanceTypes } from './instance-types.ts'
import { checkNetwork } from './network.ts'
import { checkSecurityGroups } from './security-groups.ts'
import { checkZones } from './placement.ts'
import { checkStorage } from './storage.ts'
import { checkRoleTags, checkUserData } from './texts.ts'

function checkScaling({ values }: CheckedRole, tell: Tell): void {
  const { min, max } = values.scaling
  if (max === 0) {
    tell(['scaling', 'max'], 'At most 0 servers is no server; use 1 or more.')
  } else if (min > max) {
    tell(
      ['scaling', 'min'],
      `The minimum (${min}) is above the maximum (${max}); lower it, or raise the maximum.`,
    )
  }
}

/** What a schema cannot know of a farm role, group by group. A new group adds its check here. */
export const ROLE_CHECKS: readonly ((checked: CheckedRole, tell: Tell) => void)[] = [
  checkZones,
  checkInstanceTypes,
  checkScaling,
  checkNetwork,
  checkSecurityGroups,
  checkStorage,
  checkCloudFeatures,
  checkRoleTags,
  checkUserData,
]
