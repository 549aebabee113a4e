import { computed, onBeforeUnmount, onMounted, shallowRef, watch } from 'vue'
import type { Location } from '../../../shared/model/clouds.ts'
import { toAppError } from '../../../shared/model/errors.ts'
import type { CloudId } from '../../../shared/model/ids.ts'
import { useClouds } from '../../stores/index.ts'
import type { ListSource, SourcePlace } from '../data-list/list-source.ts'

/** What one location of one cloud answered. */
interface Place<Item> extends SourcePlace {
  cloudId: CloudId
  location: Location
  items: readonly Item[]
}

/** What all locations list, as the source of a list. */
export interface Places<Item> extends ListSource {
  readonly items: readonly Item[]
  readonly isLoading: boolean
  /** Asks all again. */
  reload: () => void
  /** Asks one location again. */
  reloadAt: (place: { cloudId: string; location: string }) => void
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
}): Places<Item> {
  const clouds = useClouds()
  const known = shallowRef<ReadonlyMap<string, Place<Item>>>(new Map())
  const asking = shallowRef(0)
  const wanted = computed(() =>
    clouds.all.flatMap((cloud) =>
      cloud.locations.map((location) => ({
        key: placeKey(cloud.id, location),
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
  const status = computed(() => {
    if (clouds.status === 'failed' || allFailed.value) return 'failed'
    const isWaiting = clouds.status !== 'ready' || (isFirst.value && items.value.length === 0)
    return isWaiting ? 'loading' : 'ready'
  })
  function retryPlace(key: string): void {
    const place = wanted.value.find((one) => one.key === key)
    if (place) void load(place)
  }
  return {
    get places() {
      return places.value
    },
    get items() {
      return items.value
    },
    get isLoading() {
      return asking.value > 0
    },
    get status() {
      return status.value
    },
    get error() {
      return allFailed.value ? (places.value[0]?.error ?? null) : clouds.error
    },
    retry() {
      if (clouds.status === 'failed') clouds.retry()
      else void loadAll()
    },
    reload: () => void loadAll(),
    reloadAt: ({ cloudId, location }) => retryPlace(placeKey(cloudId, location)),
    retryPlace,
  }
}

function placeKey(cloudId: string, location: string): string {
  return `${cloudId}/${location}`
}
