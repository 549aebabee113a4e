import { computed, ref, shallowRef, type Ref, type ShallowRef, type WritableComputedRef } from 'vue'

/** The dialogs of a page, one open at a time, each about the same kind of thing. */
export interface Questions<Question extends string, Subject> {
  /** The one that is open. */
  question: Ref<Question | null>
  /** What it is about; null when it is about nothing that is there yet. */
  subject: ShallowRef<Subject | null>
  ask: (question: Question, subject?: Subject | null) => void
  /** An action about the subject, for a dialog; it does nothing while there is none. */
  about: <Given extends unknown[]>(
    act: (subject: Subject, ...given: Given) => PromiseLike<unknown>,
  ) => (...given: Given) => Promise<void>
  /** Whether one is open, for the `v-model` of its dialog. */
  asks: (question: Question) => WritableComputedRef<boolean>
}

export function useQuestions<Question extends string, Subject = never>(): Questions<Question, Subject> {
  const question = ref(null) as Ref<Question | null>
  const subject = shallowRef<Subject | null>(null)
  return {
    question,
    subject,
    ask(next, about = null) {
      subject.value = about
      question.value = next
    },
    about:
      (act) =>
      async (...given) => {
        if (subject.value !== null) await act(subject.value, ...given)
      },
    asks: (one) =>
      computed({
        get: () => question.value === one,
        set: (isOpen) => {
          if (isOpen) question.value = one
          else if (question.value === one) question.value = null
        },
      }),
  }
}
