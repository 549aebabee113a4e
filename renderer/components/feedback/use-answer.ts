import { ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { toAppError, type AppError } from '../../../shared/model/errors.ts'

/** What a part of a page asks the engine for. */
export interface Answer<T> {
  /** The last answer; it stays while it is asked for again. */
  answer: ShallowRef<T | null>
  /** Why there was no answer the last time; null after one. */
  error: ShallowRef<AppError | null>
  isAsking: Ref<boolean>
  /** Asks again: of several questions under way, the newest alone counts. */
  ask: () => Promise<void>
  /** Forgets the answer, and what is under way. */
  forget: () => void
}

/** With `isOpen`, of a dialog, it is asked anew whenever that opens. */
export function useAnswer<T>(question: () => Promise<T>, isOpen?: Readonly<Ref<boolean>>): Answer<T> {
  const answer = shallowRef<T | null>(null)
  const error = shallowRef<AppError | null>(null)
  const isAsking = ref(false)
  let turn = 0

  async function ask(): Promise<void> {
    const mine = ++turn
    isAsking.value = true
    try {
      const found = await question()
      if (mine !== turn) return
      answer.value = found
      error.value = null
    } catch (thrown) {
      if (mine === turn) error.value = toAppError(thrown)
    } finally {
      if (mine === turn) isAsking.value = false
    }
  }
  function forget(): void {
    turn += 1
    answer.value = null
    error.value = null
    isAsking.value = false
  }
  if (isOpen !== undefined) {
    watch(
      isOpen,
      (open) => {
        if (!open) return
        forget()
        void ask()
      },
      { immediate: true },
    )
  }
  return { answer, error, isAsking, ask, forget }
}
