import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue'
import { toAppError, type AppError } from '../../../../shared/model/errors.ts'
import type { Event } from '../../../../shared/model/events.ts'
import { useClient } from '../../../client/index.ts'

const settleMs = 400
const pageSize = 100

/** The timeline of a farm: newest first, asked again when something it depends on has moved. */
export interface FarmEvents {
  events: ShallowRef<readonly Event[]>
  error: ShallowRef<AppError | null>
  isLoading: ShallowRef<boolean>
  /** There are older events than those that were read. */
  hasMore: ShallowRef<boolean>
  reload(): Promise<void>
  more(): Promise<void>
}

export function useFarmEvents(farmId: string, movesWith: () => unknown): FarmEvents {
  const client = useClient()
  const events = shallowRef<readonly Event[]>([])
  const error = shallowRef<AppError | null>(null)
  const isLoading = shallowRef(true)
  const hasMore = shallowRef(false)
  let settling: ReturnType<typeof setTimeout> | undefined

  async function reload(): Promise<void> {
    try {
      const newest = await client.events.list({ farmId, limit: pageSize })
      const oldest = newest.at(-1)
      const known = new Set(newest.map(({ id }) => id))
      const older = oldest
        ? events.value.filter((event) => !known.has(event.id) && event.at <= oldest.at)
        : []
      if (older.length === 0) hasMore.value = newest.length === pageSize
      events.value = [...newest, ...older]
      error.value = null
    } catch (thrown) {
      error.value = toAppError(thrown)
    } finally {
      isLoading.value = false
    }
  }
  async function more(): Promise<void> {
    const last = events.value.at(-1)
    if (!last) return
    try {
      const older = await client.events.list({ farmId, before: last.id, limit: pageSize })
      hasMore.value = older.length === pageSize
      events.value = [...events.value, ...older]
    } catch (thrown) {
      error.value = toAppError(thrown)
    }
  }

  watch(movesWith, () => {
    settling ??= setTimeout(() => {
      settling = undefined
      void reload()
    }, settleMs)
  })
  onScopeDispose(() => clearTimeout(settling))
  void reload()
  return { events, error, isLoading, hasMore, reload, more }
}
