import { computed, type ComputedRef, type Ref, ref, watch } from 'vue'
import { toAppError } from '../../../shared/model/errors.ts'
import type { Farm } from '../../../shared/model/farms.ts'
import { FarmId } from '../../../shared/model/ids.ts'
import { useClient } from '../../client/index.ts'
import { useFarms } from '../../stores/index.ts'

/**
 * The farm with an id, live; null for a farm that is not made yet. `isGone` only once the engine says that there is none:
 * the change feed is a moment behind a farm that was just made.
 */
export function useFarm(farmId: () => string | null): {
  farm: ComputedRef<Farm | null | undefined>
  isGone: Ref<boolean>
} {
  const client = useClient()
  const farms = useFarms()
  const isGone = ref(false)
  const farm = computed(() => {
    const id = farmId()
    return id === null ? null : farms.byId.get(id)
  })
  const missing = computed(() => (farms.status === 'ready' && farm.value === undefined ? farmId() : null))
  watch(
    missing,
    async (id) => {
      isGone.value = false
      if (id === null) return
      try {
        await client.farms.get({ farmId: FarmId.parse(id) })
      } catch (thrown) {
        const { code } = toAppError(thrown)
        if (missing.value === id) isGone.value = code === 'input.not_found' || code === 'input.invalid'
      }
    },
    { immediate: true },
  )
  return { farm, isGone }
}
