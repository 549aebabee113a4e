import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { toAppError, type AppError } from '../../../shared/model/errors.ts'

/** Work that a person waits for, one piece at a time. */
export interface Work {
  isBusy: Ref<boolean>
  /** Why the last piece failed; null after a success and while the next one goes on. */
  error: ShallowRef<AppError | null>
  /** Begins a piece unless one goes on; answers whether it was done. */
  attempt: (work: () => Promise<unknown>) => Promise<boolean>
}

export function useWork(): Work {
  const isBusy = ref(false)
  const error = shallowRef<AppError | null>(null)
  return {
    isBusy,
    error,
    async attempt(work) {
      if (isBusy.value) return false
      isBusy.value = true
      error.value = null
      try {
        await work()
        return true
      } catch (thrown) {
        error.value = toAppError(thrown)
        return false
      } finally {
        isBusy.value = false
      }
    },
  }
}
