import { computed, shallowRef, watch, type ComputedRef } from 'vue'
import { toAppError, type AppError } from '../../../shared/model/errors.ts'
import type { SecurityGroup } from '../../../shared/model/security-groups.ts'
import { useClient } from '../../client/index.ts'
import { useClouds } from '../../stores/index.ts'

/** What one location of one cloud answered. */
export interface GroupPlace {
  key: string
  cloudId: SecurityGroup['cloudId']
  cloud: string
  location: string
  state: 'loading' | 'ready' | 'failed'
  groups: readonly SecurityGroup[]
  error: AppError | null
}

/** The security groups of all locations, each asked by itself: one that fails or is slow holds up no other. */
export function useSecurityGroups(): {
  places: ComputedRef<readonly GroupPlace[]>
  groups: ComputedRef<readonly SecurityGroup[]>
  isLoading: ComputedRef<boolean>
  reload: (only?: Pick<GroupPlace, 'key'>) => void
} {
  const client = useClient()
  const clouds = useClouds()
  const known = shallowRef<ReadonlyMap<string, GroupPlace>>(new Map())
  const wanted = computed(() =>
    clouds.all.flatMap((cloud) =>
      cloud.locations.map((location) => ({
        key: `${cloud.id}/${location}`,
        cloudId: cloud.id,
        cloud: cloud.name,
        location,
      })),
    ),
  )

  function put(place: GroupPlace): void {
    known.value = new Map(known.value).set(place.key, place)
  }
  async function load(place: (typeof wanted.value)[number]): Promise<void> {
    const groups = known.value.get(place.key)?.groups ?? []
    put({ ...place, state: 'loading', groups, error: null })
    try {
      const { cloudId, location } = place
      put({
        ...place,
        state: 'ready',
        groups: await client.securityGroups.list({ cloudId, location }),
        error: null,
      })
    } catch (thrown) {
      put({ ...place, state: 'failed', groups, error: toAppError(thrown) })
    }
  }
  function reload(only?: Pick<GroupPlace, 'key'>): void {
    for (const place of wanted.value) if (only === undefined || only.key === place.key) void load(place)
  }

  watch(
    () => wanted.value.map(({ key }) => key).join(' '),
    () => {
      for (const place of wanted.value) if (!known.value.has(place.key)) void load(place)
    },
    { immediate: true },
  )

  const places = computed(() => wanted.value.flatMap(({ key }) => known.value.get(key) ?? []))
  return {
    places,
    groups: computed(() => places.value.flatMap(({ groups }) => groups)),
    isLoading: computed(() => places.value.some(({ state }) => state === 'loading')),
    reload,
  }
}
