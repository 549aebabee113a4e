import { nextTick, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { isOffered } from '../../../../shared/logic/roles/deprecation.ts'
import type { Role } from '../../../../shared/model/roles.ts'
import { useClouds, useImages, useRoles } from '../../../stores/index.ts'
import { placesOf, type RolePlace } from './role-places.ts'

/** A link with `?role=ID` adds that role to the draft, once: the address forgets it, so that a reload adds none. */
export function useRoleWish(options: {
  isReady: () => boolean
  add: (role: Role, place: RolePlace | null) => Promise<void>
}): void {
  const route = useRoute()
  const router = useRouter()
  const roles = useRoles()
  const images = useImages()
  const clouds = useClouds()
  const wish = watch(
    options.isReady,
    (isReady) => {
      const { role: id, ...query } = route.query
      if (!isReady || typeof id !== 'string') return
      void nextTick(() => wish.stop())
      void router.replace({ path: route.path, query })
      const role = roles.byId.get(id)
      if (!role || !isOffered(role, Date.now())) return
      void options.add(role, placesOf(role, images.byId, clouds.all)[0] ?? null)
    },
    { immediate: true },
  )
}
