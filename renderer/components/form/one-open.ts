import { computed, type Ref, type WritableComputedRef } from 'vue'

/** Of several dialogs one is open at a time: answers whether this one is, to be read and set. */
export function oneOpen<Question>(
  open: Ref<Question | null>,
): (question: Question) => WritableComputedRef<boolean> {
  return (question) =>
    computed({
      get: () => open.value === question,
      set: (isOpen) => {
        if (isOpen) open.value = question
        else if (open.value === question) open.value = null
      },
    })
}
