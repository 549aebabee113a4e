import { ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { DiscoveredInstance } from '../../../shared/model/discovery.ts'
import { toAppError, type AppError } from '../../../shared/model/errors.ts'
import { useClient } from '../../client/index.ts'

/** The instances of a place that are not ours, asked of the cloud anew when the place changes. */
export function useDiscovered(place: Ref<{ cloudId: string; location: string } | null>): {
  instances: ShallowRef<readonly DiscoveredInstance[]>
  status: Ref<'idle' | 'loading' | 'ready' | 'failed'>
  error: ShallowRef<AppError | null>
  askedAt: Ref<string | null>
  ask: () => Promise<void>
} {
  const client = useClient()
  const instances = shallowRef<readonly DiscoveredInstance[]>([])
  const status = ref<'idle' | 'loading' | 'ready' | 'failed'>('idle')
  const error = shallowRef<AppError | null>(null)
  const askedAt = ref<string | null>(null)
  let turn = 0

  async function ask(): Promise<void> {
    const wanted = place.value
    if (wanted === null) return
    const mine = (turn += 1)
    status.value = 'loading'
    error.value = null
    try {
      const found = await client.discovery.list(wanted)
      // The place may have been changed meanwhile: then this answer is about another one.
      if (mine !== turn) return
      instances.value = found
      askedAt.value = new Date().toISOString()
      status.value = 'ready'
    } catch (thrown) {
      if (mine !== turn) return
      error.value = toAppError(thrown)
      status.value = 'failed'
    }
  }
  watch(
    place,
    () => {
      instances.value = []
      void ask()
    },
    { immediate: true },
  )
  return { instances, status, error, askedAt, ask }
}
