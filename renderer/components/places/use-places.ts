import { computed, onBeforeUnmount, onMounted, shallowRef, watch, type ComputedRef } from 'vue'
import type { Location } from '../../../shared/model/clouds.ts'
import { toAppError, type AppError } from '../../../shared/model/errors.ts'
import type { CloudId } from '../../../shared/model/ids.ts'
import { useClouds } from '../../stores/index.ts'

/** What one location of one cloud answered. */
export interface Place<Item> {
  key: string
  cloudId: CloudId
  cloud: string
  location: Location
  state: 'loading' | 'ready' | 'failed'
  items: readonly Item[]
  error: AppError | null
}

const CALM_MS = 15_000
const BUSY_MS = 2_000

/**
 * What all locations of all clouds list, each asked by itself: one that fails or is slow holds up no other. With `isMoving`
 * they are asked again while the page is seen: soon when something is under way, else now and then.
 */
export function usePlaces<Item>(options: {
  list: (place: { cloudId: CloudId; location: Location }) => Promise<Item[]>
  isMoving?: (item: Item) => boolean
}): {
  places: ComputedRef<readonly Place<Item>[]>
  items: ComputedRef<readonly Item[]>
  isLoading: ComputedRef<boolean>
  status: ComputedRef<'loading' | 'ready' | 'failed'>
  error: ComputedRef<AppError | null>
  /** Asks all again, or one. */
  reload: (only?: { key: string }) => void
} {
  const clouds = useClouds()
  const known = shallowRef<ReadonlyMap<string, Place<Item>>>(new Map())
  const asking = shallowRef(0)
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
  let timer: ReturnType<typeof setTimeout> | undefined

  function put(place: Place<Item>): void {
    known.value = new Map(known.value).set(place.key, place)
  }
  async function load(place: (typeof wanted.value)[number]): Promise<void> {
    const before = known.value.get(place.key)
    const items = before?.items ?? []
    // A place that answered stays as it is while it is asked again: an empty list would blink otherwise.
    if (before?.state !== 'ready') put({ ...place, state: 'loading', items, error: null })
    asking.value += 1
    try {
      put({ ...place, state: 'ready', items: await options.list(place), error: null })
    } catch (thrown) {
      put({ ...place, state: 'failed', items, error: toAppError(thrown) })
    } finally {
      asking.value -= 1
    }
  }
  async function loadAll(): Promise<void> {
    clearTimeout(timer)
    await Promise.all(wanted.value.map((place) => load(place)))
    again()
  }
  function again(): void {
    clearTimeout(timer)
    const { isMoving } = options
    if (!isSeen || !isMoving) return
    timer = setTimeout(
      () => {
        if (document.visibilityState === 'visible') void loadAll()
        else again()
      },
      items.value.some((item) => isMoving(item)) ? BUSY_MS : CALM_MS,
    )
  }

  let isSeen = false
  onMounted(() => {
    isSeen = true
    again()
  })
  onBeforeUnmount(() => {
    isSeen = false
    clearTimeout(timer)
  })
  watch(
    () => wanted.value.map(({ key }) => key).join(' '),
    () => {
      void loadAll()
    },
    { immediate: true },
  )

  const places = computed(() => wanted.value.flatMap(({ key }) => known.value.get(key) ?? []))
  const items = computed(() => places.value.flatMap((place) => place.items))
  const isFirst = computed(() =>
    places.value.some(({ state, items: some }) => state === 'loading' && some.length === 0),
  )
  const allFailed = computed(
    () =>
      places.value.length > 0 &&
      places.value.every(({ state, items: some }) => state === 'failed' && some.length === 0),
  )
  return {
    places,
    items,
    isLoading: computed(() => asking.value > 0),
    status: computed(() => {
      if (clouds.status === 'failed' || allFailed.value) return 'failed'
      const isWaiting = clouds.status !== 'ready' || (isFirst.value && items.value.length === 0)
      return isWaiting ? 'loading' : 'ready'
    }),
    error: computed(() => (allFailed.value ? (places.value[0]?.error ?? null) : clouds.error)),
    reload(only) {
      const place = wanted.value.find(({ key }) => key === only?.key)
      void (place ? load(place) : loadAll())
    },
  }
}
