import { computed, ref, watch, type Ref } from 'vue'
import type { DiscoveredInstance } from '../../../shared/model/discovery.ts'
import { useClient } from '../../client/index.ts'
import type { ListSource } from '../../components/data-list/list-source.ts'
import { useAnswer } from '../../components/feedback/use-answer.ts'

/** The instances of a place that are not ours, as the source of a list; asked of the cloud anew when the place changes. */
export function useDiscovered(
  place: Ref<{ cloudId: string; location: string } | null>,
): ListSource & { readonly instances: readonly DiscoveredInstance[]; readonly askedAt: string | null } {
  const client = useClient()
  const askedAt = ref<string | null>(null)
  const { answer, error, isAsking, ask, forget } = useAnswer(async () => {
    const wanted = place.value
    if (wanted === null) return []
    const found = await client.discovery.list(wanted)
    askedAt.value = new Date().toISOString()
    return found
  })
  watch(
    place,
    () => {
      forget()
      void ask()
    },
    { immediate: true },
  )
  const status = computed(() => (isAsking.value ? 'loading' : error.value ? 'failed' : 'ready'))
  return {
    get instances() {
      return answer.value ?? []
    },
    get askedAt() {
      return askedAt.value
    },
    get status() {
      return status.value
    },
    get error() {
      return error.value
    },
    retry: ask,
  }
}
