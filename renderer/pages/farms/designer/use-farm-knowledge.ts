import { computed, type ComputedRef } from 'vue'
import { lastDeprecationMs } from '../../../../shared/logic/roles/deprecation.ts'
import type { FarmKnowledge } from '../../../../shared/logic/validation/farm-validation.ts'
import { useCatalogs } from '../../../stores/catalogs.ts'
import { useClouds, useFarms, useImages, useRoles } from '../../../stores/index.ts'
import { useNow } from '../../../stores/now.ts'

/** What a design is checked against, from what this window knows already. */
export function useFarmKnowledge(): { knowledge: ComputedRef<FarmKnowledge>; ready: ComputedRef<boolean> } {
  const farms = useFarms()
  const roles = useRoles()
  const images = useImages()
  const clouds = useClouds()
  const catalogs = useCatalogs()
  const now = useNow()
  // Changes when a deprecation begins, not with every second: a design is checked anew whenever this does.
  const nowMs = computed(() => lastDeprecationMs(roles.all, now.value))
  return {
    knowledge: computed(() => ({
      farms: farms.all,
      roles: roles.all,
      images: images.all,
      clouds: clouds.all,
      catalogs: catalogs.known,
      nowMs: nowMs.value,
    })),
    ready: computed(() => [farms, roles, images, clouds].every(({ status }) => status === 'ready')),
  }
}
